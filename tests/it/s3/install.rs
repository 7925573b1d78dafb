//! Python environments: each made once below the target folder, shared by all processes that need it.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What an environment is for, and what is in it.
pub(crate) struct Environment {
    /// The name of its folder below the target folder.
    pub(crate) name: &'static str,
    /// The text of a `requirements.txt`.
    pub(crate) requirements: &'static str,
    /// The modules that must be found in it.
    pub(crate) modules: &'static [&'static str],
}

/// The interpreter of an environment that holds everything in its requirements.
///
/// # Errors
/// A sentence on what is missing: Python, a way to make environments, or a way to PyPI.
pub(crate) fn python(wanted: &Environment) -> Result<PathBuf, String> {
    let folder = folder(wanted.name);
    let here = |error| format!("cannot use {}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(here)?;
    // Held until the end: the other processes wait and then find the work done.
    let lock = File::create(folder.join("lock")).map_err(here)?;
    lock.lock().map_err(here)?;

    let environment = folder.join("environment");
    let python = interpreter(&environment);
    if is_complete(wanted, &environment) {
        return Ok(python);
    }
    let failure = folder.join("failure");
    if let Some(why) = recent(&failure) {
        return Err(why);
    }
    // Past the test runner's capture: it takes a while.
    let _ = writeln!(std::io::stderr(), "installing {} from PyPI, once", wanted.name);
    match install(wanted, &folder, &environment) {
        Ok(()) => {
            let _ = fs::remove_file(&failure);
            Ok(python)
        }
        Err(why) => {
            let _ = fs::write(&failure, &why);
            Err(why)
        }
    }
}

/// Beside the folder that cargo gives to tests, which some tools empty.
fn folder(name: &str) -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    tmp.parent().unwrap_or(tmp).join(name)
}

fn interpreter(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// Whether the environment was finished with today's requirements, and its Python is still there: a new Python
/// on the machine leaves environments that no longer see their packages.
fn is_complete(wanted: &Environment, environment: &Path) -> bool {
    let finds = "import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in sys.argv[1:]))";
    let mut command = Command::new(interpreter(environment));
    command.args(["-c", finds]).args(wanted.modules);
    fs::read_to_string(stamp(environment)).is_ok_and(|with| with == wanted.requirements)
        && command.output().is_ok_and(|run| run.status.success())
}

/// Written last, so a half-made environment has none.
fn stamp(environment: &Path) -> PathBuf {
    environment.join("requirements.txt")
}

/// Why installing failed a moment ago: a suite without network must not wait for pip in every test.
fn recent(failure: &Path) -> Option<String> {
    let age = fs::metadata(failure).ok()?.modified().ok()?.elapsed().ok()?;
    (age < PATIENCE).then(|| fs::read_to_string(failure).ok())?
}

fn install(wanted: &Environment, folder: &Path, environment: &Path) -> Result<(), String> {
    let base = ["python3", "python"]
        .into_iter()
        .find(|name| {
            Command::new(name)
                .args(["-c", "import sys; sys.exit(sys.version_info < (3, 10))"])
                .output()
                .is_ok_and(|run| run.status.success())
        })
        .ok_or("there is no Python 3.10 or newer on PATH")?;
    if environment.exists() {
        fs::remove_dir_all(environment).map_err(|error| format!("cannot remove {}: {error}", environment.display()))?;
    }
    let list = folder.join("wanted.txt");
    fs::write(&list, wanted.requirements).map_err(|error| error.to_string())?;
    let pip = ["-m", "pip", "--disable-pip-version-check", "--no-input"];
    let python = interpreter(environment);
    if run(Command::new(base).args(["-m", "venv"]).arg(environment)).is_ok() {
        run(Command::new(&python).args(pip).args(["install", "-q", "-r"]).arg(&list))?;
    } else {
        // Debian's Python makes environments with pip inside only after another package is installed; a pip of
        // the system's can fill one from outside.
        run(Command::new(base).args(["-m", "venv", "--clear", "--without-pip"]).arg(environment))?;
        run(Command::new(base).args(pip).arg("--python").arg(&python).args(["install", "-q", "-r"]).arg(&list))?;
    }
    fs::write(stamp(environment), wanted.requirements).map_err(|error| error.to_string())
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("cannot run {command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{command:?} failed\n{}", String::from_utf8_lossy(&said)))
}

/// Long enough for one run of the suite, short enough for somebody who has just plugged the cable in.
const PATIENCE: Duration = Duration::from_secs(60);
