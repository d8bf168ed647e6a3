//! Disks that are full or cannot be written, on a real small file system (G11).

use std::fs;
use std::path::Path;
use std::process::Command;

use linje_desk::Batch;
use linje_store::{Error, Store};

use crate::world::{Day, Folder, VERSION, tables, tables_of};

/// A small file system in memory; `None` (with a printed line) where mounting is not allowed.
struct Mount(Folder);

impl Mount {
    fn new(options: &str) -> Option<Mount> {
        let folder = Folder::new();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "linje-test"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            println!("skipped: mounting a tmpfs is not allowed here");
            return None;
        }
        Some(Mount(folder))
    }

    fn remount(&self, options: &str) {
        let done = Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(self.0.path())
            .status();
        assert!(done.unwrap().success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        Command::new("umount")
            .arg("-l")
            .arg(self.0.path())
            .status()
            .ok();
    }
}

#[test]
fn a_full_disk_loses_nothing_and_writing_goes_on_when_there_is_space() {
    let Some(mount) = Mount::new("size=8m") else {
        return;
    };
    let path = mount.0.log();
    let tables = tables();
    let mut day = Day::new(&tables);
    let mut store = Store::open_file(&path).unwrap();
    let (acknowledged, refused) = fill(&mut store, &mut day);
    println!("8 MiB held {acknowledged} records");
    let reader = store.reader().unwrap();
    assert_eq!(reader.head().unwrap().seq, acknowledged, "reading goes on");
    for _ in 0..3 {
        assert!(matches!(store.append(&refused), Err(Error::Full { .. })));
    }
    let error = store.append(&refused).unwrap_err();
    assert!(error.to_string().contains("free space"), "{error}");
    mount.remount("size=16m");
    store.append(&refused).unwrap();
    store.append(&day.batch(500)).unwrap();
    let verdict = reader.verify().unwrap();
    assert!(verdict.ok, "{verdict:?}");
    assert_eq!(verdict.events, day.seq);
    drop(store);
    let store = Store::open_file(&path).unwrap();
    let recovered = store
        .reader()
        .unwrap()
        .recover(&mut tables_of(&tables))
        .unwrap();
    assert_eq!(recovered.state.unwrap().0.hash(), day.state.hash());
}

#[test]
fn a_restart_on_a_full_disk_says_so_and_loses_nothing() {
    let Some(mount) = Mount::new("size=6m") else {
        return;
    };
    let path = mount.0.log();
    let mut day = Day::new(&tables());
    let mut store = Store::open_file(&path).unwrap();
    let (acknowledged, _) = fill(&mut store, &mut day);
    let crashed = copy_of(mount.0.path());
    drop(store);
    fs::write(mount.0.path().join("filler"), vec![1; 8 << 20]).unwrap_err();
    match Store::open_file(&path) {
        Ok(store) => assert_eq!(store.head().seq, acknowledged),
        Err(error) => assert!(matches!(error, Error::Full { .. }), "{error}"),
    }
    mount.remount("size=32m");
    assert_eq!(Store::open_file(&path).unwrap().head().seq, acknowledged);
    let store = Store::open_file(&crashed.log()).unwrap();
    assert_eq!(store.head().seq, acknowledged, "as after kill -9");
    assert!(store.reader().unwrap().verify().unwrap().ok);
}

#[test]
fn a_snapshot_that_finds_no_space_leaves_the_log_alone() {
    let Some(mount) = Mount::new("size=4m") else {
        return;
    };
    let mut day = Day::new(&tables());
    let mut store = Store::open_file(&mount.0.log()).unwrap();
    store.append(&day.batch(100)).unwrap();
    let head = store.head();
    let big = vec![7; 6 << 20];
    let error = store
        .put_snapshot((head.seq, head.at), VERSION, &big)
        .unwrap_err();
    assert!(matches!(error, Error::Full { .. }), "{error}");
    store.append(&day.batch(100)).unwrap();
    assert!(store.reader().unwrap().verify().unwrap().ok);
}

#[test]
fn a_folder_that_cannot_be_written_is_told_from_a_full_disk() {
    let Some(mount) = Mount::new("size=4m") else {
        return;
    };
    mount.remount("ro");
    let error = Store::open_file(&mount.0.log()).unwrap_err();
    assert!(matches!(error, Error::NotWritable { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("linje.db") && !text.contains('\n'), "{text}");
}

#[test]
fn a_file_where_the_folder_should_be_is_named() {
    let folder = Folder::new();
    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    let error = Store::open_file(&file.join("linje.db")).unwrap_err();
    let clear = matches!(error, Error::NotWritable { .. } | Error::Unavailable { .. });
    assert!(clear && error.to_string().contains("linje.db"), "{error}");
}

/// Appends until the disk is full: the last acknowledged record, and the batch that did not fit.
fn fill(store: &mut Store, day: &mut Day) -> (u64, Batch) {
    let mut acknowledged = 0;
    loop {
        let batch = day.batch(200);
        match store.append(&batch) {
            Ok(()) => acknowledged = batch.last_seq(),
            Err(error) => {
                assert!(matches!(error, Error::Full { .. }), "{error}");
                return (acknowledged, batch);
            }
        }
    }
}

/// The files as a killed process leaves them.
fn copy_of(from: &Path) -> Folder {
    let copy = Folder::new();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_str().unwrap().ends_with("-shm") {
            continue;
        }
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}
