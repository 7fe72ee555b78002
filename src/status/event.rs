//! One enum of outcomes, one wording: the status line, the log and the control socket all print these values.
//!
//! A status line reads `STATE (reason) for NAME [PATH] in PID n at TIME`.

use alloc::string::String;
use core::fmt;

/// The first word of a status line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The process now uses what the file holds.
    Success,
    /// There was nothing to do.
    Ignored,
    /// The file was understood but must not or could not replace the current version.
    Failed,
    /// The file could not be read or watched.
    Error,
}

/// What became of an object or of a change of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The first version was loaded at start or by dlopen.
    Loaded,
    Updated,
    /// The process went back to the version with this number, counted from 1.
    Reverted(u32),
    SameModificationTime,
    SameHash,
    UpdatesDisabled,
    /// The verdict's reasons as one sentence.
    Incompatible(String),
    RelocatedDataAltered,
    PreloadUnsuccessful,
    MappingUnsuccessful,
    ReusingOutdatedCode,
    /// What could not be done with the file, and why: the text of the errno or of the format error; may be empty.
    Error(Action, String),
}

/// What the loader was doing when an error stopped it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Opening,
    FileStatus,
    Mapping,
    Creating,
    /// Reading the file's headers: it is not an object that this machine can load, or not yet a whole one.
    Format,
    Watching,
}

impl Outcome {
    pub fn state(&self) -> State {
        match self {
            Outcome::Loaded | Outcome::Updated | Outcome::Reverted(_) => State::Success,
            Outcome::SameModificationTime | Outcome::SameHash => State::Ignored,
            Outcome::Error(..) => State::Error,
            _ => State::Failed,
        }
    }
}

/// One outcome for one object, ready to be printed as a status line.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    pub outcome: &'a Outcome,
    /// The soname, or the file name of an object that has none.
    pub name: &'a str,
    pub path: &'a str,
    pub pid: u32,
    pub time: UnixTime,
}

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds (POSIX "seconds since the Epoch").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnixTime(pub i64);

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Event { outcome, name, path, pid, time } = self;
        write!(f, "{} ({outcome}) for {name} [{path}] in PID {pid} at {time}", outcome.state())
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Success => "SUCCESS",
            State::Ignored => "IGNORED",
            State::Failed => "FAILED",
            State::Error => "ERROR",
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Loaded => f.write_str("loaded initial version"),
            Outcome::Updated => f.write_str("updated to new version"),
            Outcome::Reverted(version) => write!(f, "reverted to version {version}"),
            Outcome::SameModificationTime => f.write_str("same modification time"),
            Outcome::SameHash => f.write_str("same hash"),
            Outcome::UpdatesDisabled => f.write_str("dynamic updates are disabled"),
            Outcome::Incompatible(reason) => write!(f, "new version is incompatible: {reason}"),
            Outcome::RelocatedDataAltered => f.write_str("relocated data was altered"),
            Outcome::PreloadUnsuccessful => f.write_str("preload was unsuccessful"),
            Outcome::MappingUnsuccessful => f.write_str("mapping of segments was unsuccessful"),
            Outcome::ReusingOutdatedCode => f.write_str("reusing outdated code"),
            Outcome::Error(action, detail) if detail.is_empty() => write!(f, "{action}"),
            Outcome::Error(action, detail) => write!(f, "{action}: {detail}"),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Opening => "opening",
            Action::FileStatus => "file status",
            Action::Mapping => "mapping",
            Action::Creating => "creating the object",
            Action::Format => "unsupported format",
            Action::Watching => "watching",
        })
    }
}

/// ISO 8601 in UTC with whole seconds: `2026-11-23T15:42:08Z`.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SECONDS_PER_DAY: i64 = 86_400;
        let (year, month, day) = civil_date(self.0.div_euclid(SECONDS_PER_DAY));
        let second = self.0.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// Year, month and day of the proleptic Gregorian calendar, `days` after 1970-01-01. Years are counted from 1 March, so that
/// the leap day is the last day of its year, in eras of 400 years.
fn civil_date(days: i64) -> (i64, i64, i64) {
    const DAYS_PER_ERA: i64 = 146_097;
    const FIRST_OF_MARCH_YEAR_0: i64 = 719_468;
    let days = days + FIRST_OF_MARCH_YEAR_0;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_from_march + 2) / 5 + 1;
    let month = if months_from_march < 10 { months_from_march + 3 } else { months_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_status_line_names_state_reason_object_process_and_time() {
        let event = Event {
            outcome: &Outcome::Updated,
            name: "libx.so.1",
            path: "/opt/libx.so.1.2",
            pid: 7,
            time: UnixTime(1_795_448_528),
        };
        assert_eq!(
            event.to_string(),
            "SUCCESS (updated to new version) for libx.so.1 [/opt/libx.so.1.2] in PID 7 at 2026-11-23T15:42:08Z"
        );
    }

    #[test]
    fn states_follow_from_outcomes() {
        let incompatible = Outcome::Incompatible("libx.so: TLS size differs".into());
        assert_eq!(incompatible.state(), State::Failed);
        assert_eq!(incompatible.to_string(), "new version is incompatible: libx.so: TLS size differs");
        assert_eq!(Outcome::SameHash.state(), State::Ignored);
        assert_eq!(Outcome::Error(Action::Opening, "Permission denied".into()).to_string(), "opening: Permission denied");
        assert_eq!(Outcome::Error(Action::Format, "".into()).state(), State::Error);
        assert_eq!(Outcome::Reverted(3).to_string(), "reverted to version 3");
    }

    #[test]
    fn calendar_days_are_right_around_leap_days_and_before_the_epoch() {
        for (time, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(UnixTime(time).to_string(), text);
        }
    }
}
