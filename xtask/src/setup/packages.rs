//! Debian packages: which are missing, what each is for, and installing them.

use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use super::{For, Missing};
use crate::run;

/// A package and why Linje wants it.
struct Package {
    name: &'static str,
    why: &'static str,
    wanted: For,
}

const PACKAGES: [Package; 5] = [
    Package {
        name: "espeak-ng",
        why: "speaks the prompts that callers hear",
        wanted: For::Demo,
    },
    Package {
        name: "sip-tester",
        why: "SIPp, places many calls at once in the tests",
        wanted: For::Tests,
    },
    Package {
        name: "baresip",
        why: "a SIP phone that records what it hears in the tests",
        wanted: For::Tests,
    },
    Package {
        name: "chromium",
        why: "opens the pages in the tests",
        wanted: For::Tests,
    },
    Package {
        name: "fonts-dejavu-core",
        why: "letters for that browser where the page's own font has none",
        wanted: For::Tests,
    },
];

/// How this process may become allowed to install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    /// It is root.
    Root,
    /// `sudo` lets it without a password.
    Sudo,
    /// It is not allowed.
    None,
}

/// Installs what is missing.
pub(super) fn install(wanted: For) -> Result<()> {
    let needed = PACKAGES
        .iter()
        .filter(|package| wanted == For::Tests || package.wanted == For::Demo);
    let missing: Vec<&Package> = needed
        .filter(|package| !is_installed(package.name))
        .collect();
    if missing.is_empty() {
        println!("set-up: all Debian packages are there");
        return Ok(());
    }
    for package in &missing {
        println!(
            "set-up: Debian package `{}` is missing: {}",
            package.name, package.why
        );
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let right = right();
    if right == Right::None || !run::is_there("apt-get") {
        return Err(Missing(explain(&names, run::is_there("apt-get"))).into());
    }
    let begin = Instant::now();
    println!("set-up: installing {} with apt-get ...", names.join(" "));
    run::to_end(apt_get(right).args(["update", "-qq"]))?;
    run::to_end(
        apt_get(right)
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(&names),
    )?;
    println!("set-up: packages in {}", run::time(begin.elapsed()));
    Ok(())
}

/// What to tell somebody who may not install.
fn explain(names: &[&str], has_apt: bool) -> String {
    let names = names.join(" ");
    if has_apt {
        format!(
            "not allowed to install packages here; run this as an administrator and try again: \
             apt-get update && apt-get install -y --no-install-recommends {names}"
        )
    } else {
        format!("this is no Debian system: install the equivalents of {names} and try again")
    }
}

fn apt_get(right: Right) -> Command {
    let mut command = match right {
        Right::Sudo => {
            let mut sudo = Command::new("sudo");
            sudo.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            sudo
        }
        Right::Root | Right::None => Command::new("apt-get"),
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn right() -> Right {
    let is_root = run::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if is_root {
        return Right::Root;
    }
    let sudo = run::is_there("sudo")
        && Command::new("sudo")
            .args(["-n", "true"])
            .stderr(std::process::Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
    if sudo { Right::Sudo } else { Right::None }
}

fn is_installed(name: &str) -> bool {
    Command::new("dpkg-query")
        .args(["-W", "-f=${db:Status-Status}", name])
        .stderr(std::process::Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success() && output.stdout == b"installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_package_is_not_installed() {
        assert!(!is_installed("linje-no-such-package"));
    }

    #[test]
    fn who_may_not_install_gets_the_very_command() {
        let text = explain(&["espeak-ng", "baresip"], true);
        assert!(
            text.ends_with(
                "apt-get update && apt-get install -y --no-install-recommends espeak-ng baresip"
            ),
            "{text}"
        );
        assert!(explain(&["espeak-ng"], false).contains("no Debian system"));
    }
}
