//! Hostile pictures are refused within 64 MB and two seconds.
//!
//! Each file is handed to a child process that takes its own memory away before it looks at it: `RLIMIT_DATA` counts every private
//! writable page a process has asked for, touched or not, so that an allocation beyond it fails at once and ends the child.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so")]
#![cfg(target_os = "linux")]

mod pictures;

use std::process::Command;
use std::time::{Duration, Instant};

use kit::pictures::{BadPicture, Declared, develop, inspect};

const MOST_MEMORY: u64 = 64 * 1024 * 1024;
/// What a picture that is taken may take.
const MOST_WORK: u64 = 320 * 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(2);
const WIDTHS: [u32; 3] = [1080, 640, 320];

/// Not a test by itself: what the child does.
#[test]
#[ignore = "run as a child by the others"]
fn child() {
    let Ok(path) = std::env::var("PICTURE") else { return };
    let most = std::env::var("MEMORY").ok().and_then(|most| most.parse().ok());
    let limit = rustix::process::Rlimit { current: most, maximum: most };
    rustix::process::setrlimit(rustix::process::Resource::Data, limit).expect("a limit");
    let (name, kind) = (std::env::var("NAME").expect("a name"), std::env::var("KIND").expect("a kind"));
    let bytes = std::fs::read(path).expect("the file");
    let began = Instant::now();
    let declared = Declared { file_name: Some(&name), media_type: Some(&kind) };
    let outcome: Result<_, BadPicture> = inspect(&bytes, declared).and_then(|picture| develop(picture, &WIDTHS));
    let took = began.elapsed();
    let word = outcome.map_or_else(|refusal| refusal.to_string(), |copies| format!("{} copies", copies.len()));
    println!("outcome={word};ms={}", took.as_millis());
}

/// What became of the file, and how long that took.
fn alone(name: &str, kind: &str, bytes: &[u8]) -> Option<(String, Duration)> {
    within(MOST_MEMORY, name, kind, bytes)
}

fn within(memory: u64, name: &str, kind: &str, bytes: &[u8]) -> Option<(String, Duration)> {
    let path = std::env::temp_dir().join(format!("pasar-picture-{}", uuid::Uuid::now_v7().simple()));
    std::fs::write(&path, bytes).expect("written");
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .envs([("PICTURE", path.as_os_str()), ("NAME", name.as_ref()), ("KIND", kind.as_ref())])
        .env("MEMORY", memory.to_string())
        .output()
        .expect("the child runs");
    std::fs::remove_file(path).expect("removed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, told) = text.split_once("outcome=")?;
    let (word, took) = told.lines().next()?.split_once(";ms=")?;
    Some((word.to_owned(), Duration::from_millis(took.parse().ok()?)))
}

#[test]
fn hostile_files_are_refused_in_little_memory_and_time() {
    for file in pictures::hostile() {
        let (outcome, took) =
            alone(file.name, file.kind, &file.bytes).unwrap_or_else(|| panic!("{}: the child ran out of memory", file.what));
        assert_eq!(outcome, file.refusal, "{}", file.what);
        assert!(took < LONGEST, "{} took {took:?}", file.what);
    }
}

#[test]
fn what_a_file_carries_besides_is_never_unpacked() {
    for (what, name, bytes) in pictures::harmless() {
        let (outcome, took) = alone(name, "", &bytes).unwrap_or_else(|| panic!("{what}: the child ran out of memory"));
        assert_eq!(outcome, "3 copies", "{what}");
        assert!(took < LONGEST, "{what} took {took:?}");
    }
}

#[test]
fn the_largest_pictures_are_taken_in_the_memory_there_is_for_them() {
    for (what, bytes) in [("progressive", pictures::largest_progressive()), ("baseline", pictures::jpeg_at(10, 8000, 5000))] {
        let (outcome, _) = within(MOST_WORK, "besar.jpg", "image/jpeg", &bytes).unwrap_or_else(|| panic!("{what}: out of memory"));
        assert_eq!(outcome, "3 copies", "{what}");
    }
}

/// The bound is real: a picture that needs more is not survived.
#[test]
fn the_limit_bites() {
    let large = alone("besar.jpg", "image/jpeg", &pictures::jpeg_at(10, 5000, 4500));
    assert!(large.is_none(), "{large:?}");
}
