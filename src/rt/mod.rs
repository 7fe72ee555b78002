//! The running part: carries out what the library decides. The only `unsafe`, the only system calls.

pub mod abi;
mod boot;
mod fail;
mod files;
mod fork;
mod freestanding;
mod heap;
mod identify;
mod image;
mod init;
mod libc;
mod list;
mod load;
mod lock;
mod map;
mod maps;
mod open;
mod print;
mod process;
mod relocation;
mod start;
mod sync;
mod sys;
mod version;
mod x86_64;
