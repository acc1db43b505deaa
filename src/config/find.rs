//! Where configuration lies: beside the target or above it, up to the top of its repository, and in
//! the user's own folder.

use super::ConfigError;
use super::content::Content;
use super::read::File;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Our file, and those of others that are read where ours is nowhere.
const OURS: &str = ".residue.toml";
const FOREIGN: [&str; 2] = [".betterleaks.toml", ".gitleaks.toml"];

/// The nearest file of a tree.
///
/// # Errors
/// When there is one and it cannot be read.
pub(super) fn in_tree(tree: &Content) -> Result<Option<File>, ConfigError> {
    for names in [&[OURS][..], &FOREIGN] {
        for folder in tree.folders() {
            for name in names {
                let path = folder.join(name);
                if let Some(text) = tree.text(&path)? {
                    let name = tree.shown(&path);
                    return Ok(Some(File { name, path, text }));
                }
            }
        }
    }
    Ok(None)
}

/// The directory that all of these paths lie in; `None` if one of them is not there.
pub(super) fn common_root(paths: &[&Path]) -> Option<PathBuf> {
    let mut real = paths.iter().map(|path| path.canonicalize().ok());
    let first = real.next()??;
    real.try_fold(first, |common, path| {
        let path = path?;
        let shared = common.ancestors().find(|above| path.starts_with(above))?;
        Some(shared.to_owned())
    })
}

/// The user's own file, if there is one: `residue/config.toml` in `$XDG_CONFIG_HOME`, or in
/// `~/.config` where that is not set. `variable` looks into the environment.
pub fn users_file(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let folder = match set("XDG_CONFIG_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(&set("HOME")?).join(".config"),
    };
    Some(folder.join("residue").join("config.toml")).filter(|file| file.exists())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn ours_comes_before_those_of_others_and_the_nearest_before_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        fs::create_dir_all(top.join("a/b")).unwrap();
        fs::create_dir(top.join(".git")).unwrap();
        let found = || {
            let tree = Content::on_disk(&top.join("a/b")).unwrap();
            in_tree(&tree).unwrap().map(|file| file.name)
        };
        assert_eq!(found(), None);
        for path in [
            ".gitleaks.toml",
            ".betterleaks.toml",
            "a/.gitleaks.toml",
            ".residue.toml",
            "a/b/.residue.toml",
        ] {
            fs::write(top.join(path), "").unwrap();
            assert_eq!(found().as_deref(), Some(path));
        }
    }

    #[test]
    fn several_targets_share_the_directory_above_them() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        fs::create_dir_all(top.join("a/b")).unwrap();
        fs::create_dir_all(top.join("a/bc")).unwrap();
        let root = |paths: &[&str]| {
            let paths: Vec<_> = paths.iter().map(|path| top.join(path)).collect();
            let paths: Vec<_> = paths.iter().map(PathBuf::as_path).collect();
            common_root(&paths)
        };
        assert_eq!(root(&["a/b"]), Some(top.join("a/b")));
        assert_eq!(root(&["a/b", "a/bc"]), Some(top.join("a")));
        assert_eq!(root(&["a/b", "a"]), Some(top.join("a")));
        assert_eq!(root(&["a", "none"]), None);
        assert_eq!(root(&[]), None);
    }

    #[test]
    fn the_users_file_is_where_the_environment_says() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["xdg/residue", ".config/residue"] {
            fs::create_dir_all(folder.path().join(path)).unwrap();
            fs::write(folder.path().join(path).join("config.toml"), "").unwrap();
        }
        let (home, xdg) = (folder.path().as_os_str(), folder.path().join("xdg"));
        let found = |xdg: Option<&Path>, home: Option<&std::ffi::OsStr>| {
            users_file(|name| match name {
                "XDG_CONFIG_HOME" => xdg.map(OsString::from),
                _ => home.map(OsString::from),
            })
        };
        let end = "residue/config.toml";
        assert_eq!(found(Some(&xdg), Some(home)), Some(xdg.join(end)));
        let own = folder.path().join(".config").join(end);
        assert_eq!(found(Some(Path::new("")), Some(home)), Some(own));
        assert_eq!(found(Some(Path::new("/none")), Some(home)), None);
        assert_eq!(found(None, None), None);
    }
}
