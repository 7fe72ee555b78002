//! Runs a program under ptrace(2) and tells whose fault its end is: a signal or a hang with the program counter in the
//! loader's text, or at a place that is not code and that the loader has jumped to, is the loader's.
//!
//! Three things look the same and are not, and are told apart by the stack: a program whose pointers were changed may call into
//! the middle of the loader's text, or return there; a resolver or constructor whose address was moved into the middle of a
//! function may return to one of the loader's saved registers, or call back with a misaligned stack.

use std::fmt;
use std::fs;
use std::io;
use std::ops::Range;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Exited(i32),
    /// A fatal signal; SIGALRM stands for a program that did not end in time.
    Killed {
        signal: i32,
        place: Place,
    },
}

/// Where a program was when a signal hit it.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// Offset from the start of the loader's file.
    Loader(u64),
    /// The loader jumped to this address, where there is no code.
    CalledByLoader(u64),
    Program(u64),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Exited(status) => write!(f, "exit status {status}"),
            Outcome::Killed { signal, place } => {
                let what = if *signal == SIGALRM { "hang".to_string() } else { format!("signal {signal}") };
                match place {
                    Place::Loader(offset) => write!(f, "{what} in the loader at {offset:#x}"),
                    Place::CalledByLoader(pc) => write!(f, "{what}: the loader jumped to {pc:#x}"),
                    Place::Program(pc) => write!(f, "{what} in the program at {pc:#x}"),
                }
            }
        }
    }
}

const SIGTRAP: i32 = 5;
/// Stands for a hang.
pub const SIGALRM: i32 = 14;
/// SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGALRM, SIGSYS
const FATAL: [i32; 8] = [4, SIGTRAP, 6, 7, 8, 11, SIGALRM, 31];
const PTRACE_TRACEME: i64 = 0;
const PTRACE_PEEKTEXT: i64 = 1;
const PTRACE_PEEKUSER: i64 = 3;
const PTRACE_CONT: i64 = 7;
const PTRACE_KILL: i64 = 8;
/// Offsets in `struct user` of sys/user.h, bytes.
const USER_RIP: u64 = 16 * 8;
const USER_RSP: u64 = 19 * 8;
const WAIT_ALL: i32 = 0x4000_0000;
const RLIMIT_CORE: i32 = 4;
const ADDR_NO_RANDOMIZE: u64 = 0x0004_0000;

unsafe extern "C" {
    fn ptrace(request: i64, pid: i32, address: u64, data: u64) -> i64;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn personality(persona: u64) -> i32;
    fn alarm(seconds: u32) -> u32;
    fn setrlimit(resource: i32, limit: *const [u64; 2]) -> i32;
}

/// Runs `command` with resource limits (`RLIMIT_*` and bytes or count); a run of more than `seconds` is a hang.
pub fn run(command: &mut Command, loader: &Path, limits: &[(i32, u64)], seconds: u32) -> io::Result<Outcome> {
    let mut limits = limits.to_vec();
    limits.push((RLIMIT_CORE, 0));
    let prepare = move || {
        for &(resource, limit) in &limits {
            // SAFETY: the pair is a struct rlimit.
            unsafe { setrlimit(resource, &[limit, limit]) };
        }
        // where it is allowed, every run has the same addresses: what fails once fails again
        // SAFETY: only changes the calling process.
        unsafe { personality(ADDR_NO_RANDOMIZE) };
        // SAFETY: both calls only change the calling process; the alarm outlives the exec.
        if unsafe { alarm(seconds) as i64 + ptrace(PTRACE_TRACEME, 0, 0, 0) } < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    };
    // SAFETY: `prepare` makes system calls only.
    unsafe { command.pre_exec(prepare) };
    let child = loop {
        match command.spawn() {
            // a process that another thread forks holds the program's file open until its own exec
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {}
            result => break result?,
        }
    };
    watch(child.id() as i32, loader)
}

fn watch(pid: i32, loader: &Path) -> io::Result<Outcome> {
    let mut started = false;
    loop {
        let mut status = 0;
        // SAFETY: waits for our own child.
        if unsafe { waitpid(pid, &mut status, WAIT_ALL) } != pid {
            return Err(io::Error::last_os_error());
        }
        let signal = status >> 8 & 0xff;
        match status & 0x7f {
            0 => return Ok(Outcome::Exited(signal)),
            0x7f => {}
            killed => return Ok(Outcome::Killed { signal: killed, place: Place::Program(0) }),
        }
        if started && FATAL.contains(&signal) {
            let place = place(pid, loader);
            // SAFETY: the child is ours and stopped; it is reaped here.
            unsafe {
                ptrace(PTRACE_KILL, pid, 0, 0);
                waitpid(pid, &mut status, WAIT_ALL);
            }
            return Ok(Outcome::Killed { signal, place });
        }
        // the first stop is the exec itself
        let deliver = if started { signal } else { 0 };
        started = true;
        // SAFETY: the child is ours and stopped.
        unsafe { ptrace(PTRACE_CONT, pid, 0, deliver as u64) };
    }
}

fn place(pid: i32, loader: &Path) -> Place {
    // SAFETY: the child is ours and stopped; glibc's wrapper stores the word through `data`'s place and returns it.
    let peek = |request, address| unsafe { ptrace(request, pid, address, 0) as u64 };
    let pc = peek(PTRACE_PEEKUSER, USER_RIP);
    let stack = peek(PTRACE_PEEKUSER, USER_RSP);
    let caller = peek(PTRACE_PEEKTEXT, stack);
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    let code = executable_ranges(&maps, None);
    let own = executable_ranges(&maps, Some(loader));
    let within = |ranges: &[(Range<u64>, u64)], pc: u64| ranges.iter().find(|(range, _)| range.contains(&pc)).cloned();
    if is_wild(pc, stack, caller, peek(PTRACE_PEEKTEXT, stack.wrapping_sub(8)), peek(PTRACE_PEEKTEXT, pc))
        || (within(&own, pc).is_some() && within(&code, caller).is_some() && within(&own, caller).is_none())
    {
        return Place::Program(pc);
    }
    if let Some((range, offset)) = within(&own, pc) {
        return Place::Loader(pc - range.start + offset);
    }
    // without a PT_INTERP the kernel enters the program itself
    if own.is_empty() {
        return Place::Program(pc);
    }
    // on entry the stack is as the kernel made it; code that has run off its end was code before
    let from_loader = within(&own, caller).is_some() || Some(stack) == initial_stack(pid);
    let is_code = within(&code, pc).is_some() || within(&code, pc.wrapping_sub(1)).is_some();
    if !is_code && from_loader { Place::CalledByLoader(pc) } else { Place::Program(pc) }
}

/// What only code with a wrong idea of its stack does: it returned to here, where the loader never does, because what it
/// returned to is still below the stack; or it called the loader with a stack that is not aligned (an aligned store to it fails).
fn is_wild(pc: u64, stack: u64, top: u64, below: u64, instruction: u64) -> bool {
    let stores_aligned = instruction & 0xffff == 0x290f && instruction >> 24 & 0xff == 0x24;
    (below == pc && top != pc) || (stores_aligned && !stack.is_multiple_of(16))
}

/// The stack pointer that the kernel gave the program: field 28 of proc_pid_stat(5).
fn initial_stack(pid: i32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let behind_name = text.rsplit_once(')')?.1;
    behind_name.split_whitespace().nth(28 - 3)?.parse().ok()
}

/// Executable mappings with their file offsets: all, or those of one file.
fn executable_ranges(maps: &str, file: Option<&Path>) -> Vec<(Range<u64>, u64)> {
    let parse = |line: &str| {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let permissions = words.next()?;
        let offset = u64::from_str_radix(words.next()?, 16).ok()?;
        let path = words.nth(2).unwrap_or_default();
        let wanted = permissions.contains('x') && file.is_none_or(|file| Path::new(path) == file);
        let number = |text| u64::from_str_radix(text, 16).ok();
        wanted.then_some((number(start)?..number(end)?, offset))
    };
    maps.lines().filter_map(parse).collect()
}
