//! The sandbox by the means of Linux: Landlock, which any process may use for itself, and the marks
//! that keep the kernel from writing its memory to disk.

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, LandlockStatus, RestrictionStatus, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, Scope, path_beneath_rules,
};
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use std::path::PathBuf;

/// The newest version whose restrictions were tried out; older kernels follow as far as they can.
const NEWEST: ABI = ABI::V6;
/// The first version that knows of the network.
const NETWORK: ABI = ABI::V4;

/// Keeps the kernel from writing down what is in memory, secrets among it. The limit is for dumps
/// that the kernel writes itself, the mark also for those that it hands to a program.
pub(super) fn leave_no_dump() -> &'static str {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let limited = setrlimit(Resource::Core, none);
    match limited.and(set_dumpable_behavior(DumpableBehavior::NotDumpable)) {
        Ok(()) => "leaves no core dump",
        Err(_) => "core dumps are as the system has them",
    }
}

/// Confines this thread, and those that it starts from now on, to writing in these places, and in the
/// folder in which results are kept.
pub(super) fn confine(places: impl Iterator<Item = PathBuf>, results: Option<PathBuf>) -> String {
    match restrict(places, results) {
        Ok(status) => told(&status),
        Err(error) => format!("off, because Landlock refuses: {error}"),
    }
}

/// Reading is not restricted: what is to be read is known only while reading. The best that the
/// kernel can do is done, which is what this library does unless it is told otherwise.
fn restrict(
    places: impl Iterator<Item = PathBuf>,
    results: Option<PathBuf>,
) -> Result<RestrictionStatus, RulesetError> {
    Ruleset::default()
        .handle_access(AccessFs::from_write(NEWEST) | AccessFs::Execute)?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rules(path_beneath_rules(places, replacing()))?
        .add_rules(path_beneath_rules(results, sorting()))?
        .restrict_self()
}

/// What it takes to put a new file in place of an old one.
fn replacing() -> BitFlags<AccessFs> {
    AccessFs::WriteFile | AccessFs::Truncate | AccessFs::MakeReg | AccessFs::RemoveFile
}

/// What it takes to put a new file into a folder of its own below.
fn sorting() -> BitFlags<AccessFs> {
    replacing() | AccessFs::MakeDir | AccessFs::Refer
}

fn told(status: &RestrictionStatus) -> String {
    let abi = match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => effective_abi,
        LandlockStatus::NotEnabled => return "off, because Landlock is not enabled".to_owned(),
        LandlockStatus::NotImplemented => {
            return "off, because this kernel has no Landlock".to_owned();
        }
    };
    match abi >= NETWORK {
        true => "on: writes only reports, starts no program, opens no TCP connection".to_owned(),
        false => "on: writes only reports, starts no program; this kernel cannot keep it from \
                  opening TCP connections"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::ErrorKind::PermissionDenied;
    use std::net::{TcpListener, TcpStream};
    use std::process::Command;

    /// What restricts a thread ends with it.
    #[test]
    fn a_confined_thread_writes_its_reports_and_nothing_else() {
        let [reports, results, elsewhere] = [(); 3].map(|()| tempfile::tempdir().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let old = elsewhere.path().join("old");
        fs::write(&old, "what was here").unwrap();
        TcpStream::connect(address).unwrap();
        let state = std::thread::scope(|scope| {
            let confined = scope.spawn(|| {
                let state = confine(
                    [reports.path().to_owned()].into_iter(),
                    Some(results.path().to_owned()),
                );
                let kind = |result: std::io::Result<()>| result.map_err(|error| error.kind());
                let denied = Err(PermissionDenied);
                if state.starts_with("on") {
                    let new = elsewhere.path().join("new");
                    assert_eq!(kind(fs::write(&new, "x")), denied);
                    assert_eq!(kind(fs::write(&old, "x")), denied);
                    assert_eq!(kind(fs::remove_file(&old)), denied);
                    let program = Command::new("/bin/true").status();
                    assert_eq!(kind(program.map(drop)), denied);
                }
                if state.contains("no TCP") {
                    assert_eq!(kind(TcpStream::connect(address).map(drop)), denied);
                }
                let draft = reports.path().join("draft");
                fs::write(&draft, "x").unwrap();
                fs::rename(&draft, reports.path().join("report")).unwrap();
                let (half, folder) = (results.path().join("half"), results.path().join("folder"));
                fs::write(&half, "x").unwrap();
                fs::create_dir(&folder).unwrap();
                fs::rename(&half, folder.join("result")).unwrap();
                assert_eq!(fs::read_to_string(&old).unwrap(), "what was here");
                state
            });
            confined.join().unwrap()
        });
        assert!(
            state.starts_with("on") || state.contains("Landlock"),
            "{state}"
        );
        TcpStream::connect(address).unwrap();
        fs::remove_file(old).unwrap();
    }
}
