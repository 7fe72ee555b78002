//! The initial process stack (psABI "Initial Stack and Register State"): argc, argv, envp, the auxiliary vector.

use core::ffi::{CStr, c_char};

/// Where everything lies on the initial stack.
#[derive(Clone, Copy)]
pub struct InitialStack {
    /// Address of argc: the program's initial stack pointer.
    pub pointer: *mut u64,
}

/// Tags of the auxiliary vector (getauxval(3)).
pub mod auxv {
    pub const AT_PHDR: u64 = 3;
    pub const AT_PHNUM: u64 = 5;
    pub const AT_PAGESZ: u64 = 6;
    pub const AT_ENTRY: u64 = 9;
    pub const AT_PLATFORM: u64 = 15;
    pub const AT_CLKTCK: u64 = 17;
    pub const AT_FPUCW: u64 = 18;
    pub const AT_SECURE: u64 = 23;
    pub const AT_RANDOM: u64 = 25;
    pub const AT_HWCAP2: u64 = 26;
    pub const AT_RSEQ_FEATURE_SIZE: u64 = 27;
    pub const AT_RSEQ_ALIGN: u64 = 28;
    pub const AT_HWCAP3: u64 = 29;
    pub const AT_HWCAP4: u64 = 30;
    pub const AT_EXECFN: u64 = 31;
    pub const AT_SYSINFO_EHDR: u64 = 33;
    pub const AT_MINSIGSTKSZ: u64 = 51;
}

impl InitialStack {
    fn word(self, index: usize) -> u64 {
        // SAFETY: callers stay between argc and the end of the auxiliary vector.
        unsafe { self.pointer.add(index).read() }
    }

    fn set_word(self, index: usize, value: u64) {
        // SAFETY: as for `word`; the stack is ours until the program starts.
        unsafe { self.pointer.add(index).write(value) };
    }

    pub fn argc(self) -> usize {
        self.word(0) as usize
    }

    pub fn argv(self) -> *mut *mut c_char {
        // SAFETY: argv follows argc.
        unsafe { self.pointer.add(1).cast() }
    }

    pub fn envp(self) -> *mut *mut c_char {
        // SAFETY: the environment follows argv and its null pointer.
        unsafe { self.pointer.add(self.env_index()).cast() }
    }

    fn env_index(self) -> usize {
        1 + self.argc() + 1
    }

    fn auxv_index(self) -> usize {
        let mut index = self.env_index();
        while self.word(index) != 0 {
            index += 1;
        }
        index + 1
    }

    pub fn auxv_address(self) -> u64 {
        self.pointer as u64 + 8 * self.auxv_index() as u64
    }

    pub fn args(self) -> impl Iterator<Item = &'static [u8]> {
        (0..self.argc()).map(move |index| c_string(self.word(1 + index)))
    }

    pub fn environment(self) -> impl Iterator<Item = &'static [u8]> {
        let start = self.env_index();
        (start..).map(move |index| self.word(index)).take_while(|&pointer| pointer != 0).map(c_string)
    }

    /// The value of an auxiliary vector entry.
    pub fn aux(self, tag: u64) -> Option<u64> {
        let at = self.aux_index(tag)?;
        Some(self.word(at + 1))
    }

    /// The whole auxiliary vector.
    pub fn auxiliary(self) -> impl Iterator<Item = (u64, u64)> {
        let start = self.auxv_index();
        let entries = (0..).map(move |index| (self.word(start + 2 * index), self.word(start + 2 * index + 1)));
        entries.take_while(|&(tag, _)| tag != 0)
    }

    fn aux_index(self, tag: u64) -> Option<usize> {
        let mut index = self.auxv_index();
        while self.word(index) != 0 {
            if self.word(index) == tag {
                return Some(index);
            }
            index += 2;
        }
        None
    }

    /// Changes an auxiliary vector entry that exists.
    pub fn set_aux(self, tag: u64, value: u64) {
        if let Some(at) = self.aux_index(tag) {
            self.set_word(at + 1, value);
        }
    }

    /// Removes `count` arguments from position `first` on.
    pub fn remove_arguments(self, first: usize, count: usize) {
        self.remove_words(1 + first, count);
        self.set_word(0, (self.argc() - count) as u64);
    }

    pub fn set_argument(self, index: usize, text: *const c_char) {
        self.set_word(1 + index, text as u64);
    }

    /// Removes the environment strings that are `unwanted`, in one pass: there may be 100,000 of them.
    pub fn remove_environment(self, unwanted: impl Fn(&[u8]) -> bool) {
        let (start, end) = (self.env_index(), self.auxv_index() - 1);
        let mut kept = start;
        for index in start..end {
            let string = self.word(index);
            if !unwanted(c_string(string)) {
                self.set_word(kept, string);
                kept += 1;
            }
        }
        // the auxiliary vector follows the null pointer, which is the first word to move down
        self.remove_words(kept, end - kept);
    }

    /// Takes words out of the stack; everything behind them moves down, the stack pointer stays.
    fn remove_words(self, at: usize, count: usize) {
        let mut end = self.auxv_index();
        while self.word(end) != 0 {
            end += 2;
        }
        end += 2;
        for index in at + count..end {
            self.set_word(index - count, self.word(index));
        }
    }
}

/// A string of the initial stack, by its address.
pub fn c_string(pointer: u64) -> &'static [u8] {
    // SAFETY: strings of the initial stack live as long as the process and end in NUL.
    unsafe { CStr::from_ptr(pointer as *const c_char) }.to_bytes()
}
