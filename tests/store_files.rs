//! Private files: whole or not at all, never through a link, never over an existing file without force.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::sync::{Arc, Barrier};

use ado2entra::store::{WriteError, write_private};
use tempfile::TempDir;

fn names(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_new_file_is_private_and_whole() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("plan.csv");
    write_private(&path, b"organization,storage_key\r\n", false).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"organization,storage_key\r\n");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(names(&folder), ["plan.csv"], "nothing is left beside it");
}

#[test]
fn an_existing_file_is_kept_without_force() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("plan.csv");
    fs::write(&path, "mine").unwrap();
    let error = write_private(&path, b"new", false).unwrap_err();
    assert_eq!(error, WriteError::Exists(path.clone()));
    assert!(error.is_refusal());
    assert!(error.to_string().contains("--force"), "{error}");
    assert!(error.to_string().contains("plan.csv"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(names(&folder), ["plan.csv"]);
}

#[test]
fn with_force_the_file_is_replaced_and_not_written_into() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("plan.csv");
    let also = folder.path().join("also");
    fs::write(&path, "mine, and readable").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::hard_link(&path, &also).unwrap();
    let before = fs::metadata(&path).unwrap().ino();
    write_private(&path, b"new", true).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_ne!(fs::metadata(&path).unwrap().ino(), before);
    assert_eq!(fs::read_to_string(&also).unwrap(), "mine, and readable");
}

#[test]
fn nothing_is_written_through_a_link() {
    let folder = TempDir::new().unwrap();
    let real = folder.path().join("real");
    fs::write(&real, "precious").unwrap();
    for (name, to) in [("link", real.clone()), ("dangling", folder.path().join("missing"))] {
        let path = folder.path().join(name);
        symlink(&to, &path).unwrap();
        for force in [false, true] {
            let error = write_private(&path, b"new", force).unwrap_err();
            assert_eq!(error, WriteError::Link(path.clone()), "force {force}");
            assert!(error.is_refusal());
        }
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    }
    assert_eq!(fs::read_to_string(&real).unwrap(), "precious");
    assert!(!folder.path().join("missing").exists());
    assert_eq!(names(&folder), ["dangling", "link", "real"]);
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = TempDir::new().unwrap();
    let below = folder.path().join("below");
    fs::create_dir(&below).unwrap();
    assert_eq!(write_private(&below, b"x", true), Err(WriteError::NotAFile(below.clone())));
    assert_eq!(write_private(&below, b"x", false), Err(WriteError::Exists(below)));
    let slash = folder.path().join("new/");
    assert_eq!(write_private(&slash, b"x", false), Err(WriteError::NotAFile(slash)));
    let dots = folder.path().join("..");
    assert_eq!(write_private(&dots, b"x", true), Err(WriteError::NotAFile(dots)));
    let missing = folder.path().join("missing");
    assert_eq!(write_private(&missing.join("x"), b"x", false), Err(WriteError::NoFolder(missing)));
    assert_eq!(names(&folder), ["below"]);
}

#[test]
fn a_very_long_name_still_works() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x".repeat(255));
    write_private(&path, b"x", false).unwrap();
    assert_eq!(names(&folder).len(), 1);
    let error = write_private(&folder.path().join("x".repeat(256)), b"x", false).unwrap_err();
    assert!(matches!(error, WriteError::Io { .. }), "{error}");
    assert_eq!(names(&folder).len(), 1);
}

#[test]
fn of_many_writers_at_once_exactly_one_wins() {
    let folder = TempDir::new().unwrap();
    let path = Arc::new(folder.path().join("snapshot.json"));
    let start = Arc::new(Barrier::new(8));
    let writers: Vec<_> = (0..8_u8)
        .map(|n| {
            let (path, start) = (Arc::clone(&path), Arc::clone(&start));
            std::thread::spawn(move || {
                start.wait();
                write_private(&path, &[n; 10_000], false).map(|()| n)
            })
        })
        .collect();
    let results: Vec<_> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
    let won: Vec<u8> = results.iter().filter_map(|result| result.as_ref().ok().copied()).collect();
    assert_eq!(won.len(), 1, "{results:?}");
    assert!(
        results.iter().filter_map(|result| result.as_ref().err()).all(WriteError::is_refusal),
        "{results:?}"
    );
    assert_eq!(fs::read(&*path).unwrap(), [won[0]; 10_000]);
    assert_eq!(names(&folder), ["snapshot.json"]);
}
