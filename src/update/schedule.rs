//! When a change is due. Events of the file system go in with their time; "check these objects now" or "wait until then" comes
//! out. The clock is the caller's.
//!
//! Key types: [`Schedule`], [`Change`], [`Due`]. A change is due when nothing has happened to any watched file for the settle
//! time; everything that is due together is one transaction, so that a package with several libraries is applied as a whole.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

/// What happened to the file of an object, in the words of inotify(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// `IN_MODIFY`: somebody is writing; `IN_CLOSE_WRITE` will follow.
    Modified,
    /// `IN_CLOSE_WRITE`
    Closed,
    /// `IN_MOVED_TO`, `IN_CREATE`, or a symlink on the way that was switched: the path leads to another file now.
    Replaced,
    /// `IN_ATTRIB`: permissions, owner or times.
    Attributes,
    /// `IN_DELETE`, `IN_MOVED_FROM`: nothing to load until the path comes back.
    Removed,
}

/// What to do at the time that was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due<K> {
    /// Nothing until the next event.
    Nothing,
    /// Ask again at this time, unless an event comes first.
    WaitUntil(Duration),
    /// One transaction: check all these objects.
    Now(Vec<K>),
}

/// The changes that wait; `K` identifies an object. Times are durations since any fixed moment (`CLOCK_MONOTONIC`).
#[derive(Clone, Debug)]
pub struct Schedule<K> {
    settle_time: Duration,
    /// The value says whether somebody is still writing the file.
    waiting: BTreeMap<K, Writing>,
    last_event: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writing {
    Open,
    Done,
}

impl<K: Ord + Copy> Schedule<K> {
    pub fn new(settle_time: Duration) -> Self {
        Schedule { settle_time, waiting: BTreeMap::new(), last_event: Duration::ZERO }
    }

    /// Takes note of an event. Each event makes all waiting objects settle again.
    pub fn record(&mut self, object: K, change: Change, now: Duration) {
        self.last_event = self.last_event.max(now);
        match change {
            Change::Modified => {
                self.waiting.insert(object, Writing::Open);
            }
            Change::Closed | Change::Replaced => {
                self.waiting.insert(object, Writing::Done);
            }
            Change::Attributes => {
                self.waiting.entry(object).or_insert(Writing::Done);
            }
            Change::Removed => {
                self.waiting.remove(&object);
            }
        }
    }

    /// Events were lost (`IN_Q_OVERFLOW`): every object has to be checked.
    pub fn record_overflow(&mut self, objects: impl IntoIterator<Item = K>, now: Duration) {
        for object in objects {
            self.record(object, Change::Replaced, now);
        }
    }

    /// What is due at `now`. Objects that are handed out are forgotten until something happens to them again.
    pub fn due(&mut self, now: Duration) -> Due<K> {
        let settled_at = self.last_event.saturating_add(self.settle_time);
        let ready: Vec<K> =
            self.waiting.iter().filter(|(_, writing)| **writing == Writing::Done).map(|(&object, _)| object).collect();
        if ready.is_empty() {
            return Due::Nothing;
        }
        if now < settled_at {
            return Due::WaitUntil(settled_at);
        }
        self.waiting.retain(|_, writing| *writing == Writing::Open);
        Due::Now(ready)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_renamed_file_is_due_after_the_settle_time_and_once() {
        let mut schedule = Schedule::new(ms(50));
        assert_eq!(schedule.due(ms(1000)), Due::Nothing);
        schedule.record('a', Change::Replaced, ms(1000));
        assert_eq!(schedule.due(ms(1049)), Due::WaitUntil(ms(1050)));
        assert_eq!(schedule.due(ms(1050)), Due::Now(vec!['a']));
        assert_eq!(schedule.due(ms(2000)), Due::Nothing);
    }

    #[test]
    fn every_event_postpones_the_whole_transaction() {
        let mut schedule = Schedule::new(ms(50));
        schedule.record('b', Change::Replaced, ms(0));
        schedule.record('a', Change::Closed, ms(40));
        assert_eq!(schedule.due(ms(50)), Due::WaitUntil(ms(90)));
        assert_eq!(schedule.due(ms(90)), Due::Now(vec!['a', 'b']));
    }

    #[test]
    fn a_file_that_is_being_written_waits_but_holds_nobody_up() {
        let mut schedule = Schedule::new(ms(50));
        schedule.record('a', Change::Replaced, ms(0));
        schedule.record('a', Change::Modified, ms(1));
        assert_eq!(schedule.due(ms(500)), Due::Nothing);
        schedule.record('b', Change::Replaced, ms(500));
        assert_eq!(schedule.due(ms(550)), Due::Now(vec!['b']));
        schedule.record('a', Change::Attributes, ms(551));
        assert_eq!(schedule.due(ms(700)), Due::Nothing);
        schedule.record('a', Change::Closed, ms(700));
        assert_eq!(schedule.due(ms(750)), Due::Now(vec!['a']));
    }

    #[test]
    fn a_removed_file_is_checked_when_it_is_back() {
        let mut schedule = Schedule::new(ms(50));
        schedule.record('a', Change::Closed, ms(0));
        schedule.record('a', Change::Removed, ms(10));
        assert_eq!(schedule.due(ms(100)), Due::Nothing);
        schedule.record('a', Change::Replaced, ms(100));
        assert_eq!(schedule.due(ms(150)), Due::Now(vec!['a']));
    }

    #[test]
    fn after_an_overflow_everything_is_checked() {
        let mut schedule = Schedule::new(ms(50));
        schedule.record('a', Change::Modified, ms(0));
        schedule.record_overflow(['a', 'b', 'c'], ms(10));
        assert_eq!(schedule.due(ms(60)), Due::Now(vec!['a', 'b', 'c']));
    }

    #[test]
    fn an_endless_settle_time_does_not_overflow() {
        let mut schedule = Schedule::new(Duration::MAX);
        schedule.record('a', Change::Closed, ms(5));
        assert_eq!(schedule.due(ms(6)), Due::WaitUntil(Duration::MAX));
    }
}
