//! A libpthread that is a library of its own takes the loader's function pointers and the calling thread for itself in its
//! constructor. In a further namespace it is a guest: what it took is given back to the program's libpthread, which has all
//! threads but those that the guest will make.

use alloc::vec::Vec;

use luci::addr::Addr;
use luci::glibc::record::{Flags, Offset};
use luci::link::object::{NamespaceId, Object, ObjectId};

use super::abi::rtld;
use super::image::{load_word, store_word};
use super::process::PROCESS;
use super::sync::Locked;
use super::x86_64::thread_pointer;

const SONAME: &[u8] = b"libpthread.so.0";

/// The guests, each with its function that initialises a late library's static TLS in its threads.
pub static GUESTS: Locked<Vec<(ObjectId, u64)>> = Locked::new(Vec::new());

/// What a guest's constructor overwrites: words and what they were.
pub struct Kept {
    words: Vec<(Addr, u64)>,
    /// The calling thread's node in libpthread's lists of stacks.
    node: Option<Addr>,
}

impl Kept {
    /// To be called before the constructor of an object: something to keep if that is a guest.
    pub fn before(object: &Object<'static>) -> Option<Kept> {
        let record = PROCESS.record();
        let is_guest = object.namespace != NamespaceId::BASE && object.current.soname == Some(SONAME);
        if !is_guest || !record.has(Flags::SEPARATE_LIBPTHREAD) {
            return None;
        }
        let (fields, thread) = (&record.rg, &record.pthread);
        let pointers = [
            fields.dl_rtld_lock_recursive,
            fields.dl_rtld_unlock_recursive,
            fields.dl_make_stack_executable_hook,
            fields.dl_init_static_tls,
            fields.dl_wait_lookup_done,
            fields.dl_error_catch_tsd,
        ];
        let at = |start: Addr, field: Offset| field.get().map(|field| start + field as u64);
        let me = Addr(thread_pointer());
        let node = at(me, thread.list);
        let places = pointers.into_iter().filter_map(|field| at(rtld::global(), field));
        let places = places.chain(node).chain(node.map(|node| node + 8)).chain(at(me, thread.stackblock_size));
        // SAFETY: aligned words of `_rtld_global` and of this thread's descriptor.
        let words = places.map(|place| (place, unsafe { load_word(place) })).collect();
        Some(Kept { words, node })
    }

    /// To be called behind the constructor.
    pub fn give_back(self, guest: ObjectId) {
        let hook = PROCESS.record().rg.dl_init_static_tls.get().map(|field| rtld::global() + field as u64);
        // SAFETY: the words that `before` has read; the head of the guest's list is a node like the thread's own, and the
        // thread is its only entry.
        unsafe {
            if let Some(hook) = hook {
                let function = load_word(hook);
                GUESTS.with(|guests| guests.push((guest, function)));
            }
            if let Some(node) = self.node {
                let head = Addr(load_word(node));
                if head != node && load_word(head) == node.0 {
                    store_word(head, head.0);
                    store_word(head + 8, head.0);
                }
            }
            self.words.iter().for_each(|&(place, value)| store_word(place, value));
        }
    }
}

/// Initialises a late library's static TLS in the threads that the guests have made.
pub fn initialise_static_tls(map: Addr) {
    for (_, function) in GUESTS.with(|guests| guests.clone()) {
        // SAFETY: a function of a libpthread that is loaded.
        let function: extern "C" fn(u64) = unsafe { core::mem::transmute(function) };
        function(map.0);
    }
}

/// A guest goes.
pub fn forget(id: ObjectId) {
    GUESTS.with(|guests| guests.retain(|&(guest, _)| guest != id));
}
