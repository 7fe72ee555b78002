//! The loader program. Everything it decides comes from the library; everything it does to the process is in `rt`.
#![no_std]
#![no_main]

extern crate alloc;

mod rt;
