//! What telephony writes to the log while it calls people: never whom.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be, and waits for one event among many"
)]

mod common;

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{Line, config_with_trunk, have};
use linje_voice::testing::{PhoneBehaviour, free_port};
use linje_voice::{CallCause, Command, Event};
use tracing_subscriber::EnvFilter;

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The only test of this file: the log belongs to the whole process.
#[tokio::test(flavor = "multi_thread")]
async fn no_number_that_is_called_is_logged() {
    if !have(&["sipp"]) {
        return;
    }
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        // As the server has it: the SIP stack may say nothing at all, we may say everything.
        .with_env_filter(EnvFilter::new("trace,rsipstack=off"))
        .with_writer(move || writer.clone())
        .init();
    let port = free_port().unwrap();
    let mut line = Line::open(linje_voice::Config {
        dial_timeout: Duration::from_millis(900),
        ..config_with_trunk(0, port)
    })
    .await;
    let minute = Duration::from_secs(60);
    let refused = line.call_out("82912345", minute);
    line.failed(refused, CallCause::Refused).await;
    // Nobody is at the trunk.
    let silent = line.call_out("91234567", minute);
    line.failed(silent, CallCause::Trunk).await;
    for (behaviour, cause) in [
        (PhoneBehaviour::Refuse(486), CallCause::Busy),
        (PhoneBehaviour::RingUntilCancelled, CallCause::Cancelled),
    ] {
        let port = free_port().unwrap();
        let mut line = Line::open(config_with_trunk(0, port)).await;
        let trunk = line.answering(port, 1, "u1", behaviour).await;
        let call = line.call_out("91234567", minute);
        if cause == CallCause::Cancelled {
            line.event(Event::CallRinging { call }).await;
            line.send(Command::HangUp { call });
        }
        line.failed(call, cause).await;
        assert_eq!(trunk.finish().await.unwrap().successful, 1);
        line.is_empty_again().await;
        line.voice.shutdown().await;
    }
    tracing::warn!("the end of the test");
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        text.contains("the list does not allow its destination")
            && text.contains("the end of the test")
    );
    for number in ["1234567", "2912345"] {
        assert!(!text.contains(number), "{text}");
    }
}
