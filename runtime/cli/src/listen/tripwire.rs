//! What proves that the audio callback neither allocates nor frees.
//!
//! Debug builds and tests run with an allocator that ends the program with one sentence
//! when either happens inside [`armed`]. In other builds [`armed`] only runs its closure.
//!
//! An allocator cannot be written without unsafe code; no other file of this crate has any.

#![allow(unsafe_code)]

/// Runs `work`, which must neither allocate nor free memory.
#[cfg(any(test, debug_assertions))]
pub fn armed<T>(work: impl FnOnce() -> T) -> T {
    wire::armed(work)
}

/// Runs `work`, which must neither allocate nor free memory.
#[cfg(not(any(test, debug_assertions)))]
#[inline]
pub fn armed<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Set to anything, this variable makes a tap break the rule, to show that breaking it is
/// noticed. Builds without the tripwire do not look at it.
#[cfg(any(test, debug_assertions))]
pub const TRIP: &str = "SLAP_EDGE_TRIP";

/// Whether the next tap is to break the rule. Asked when a tap is made, never inside it.
pub fn is_provoked() -> bool {
    #[cfg(any(test, debug_assertions))]
    return std::env::var_os(TRIP).is_some();
    #[cfg(not(any(test, debug_assertions)))]
    false
}

#[cfg(any(test, debug_assertions))]
mod wire {
    use std::alloc::{GlobalAlloc, Layout, System};
    use std::cell::Cell;
    use std::io::Write;

    thread_local! {
        static ARMED: Cell<bool> = const { Cell::new(false) };
    }

    /// See [`super::armed`].
    pub fn armed<T>(work: impl FnOnce() -> T) -> T {
        struct Restore(bool);
        impl Drop for Restore {
            fn drop(&mut self) {
                ARMED.with(|armed| armed.set(self.0));
            }
        }
        let _restore = Restore(ARMED.with(|armed| armed.replace(true)));
        work()
    }

    /// The system's allocator behind a check.
    #[derive(Debug)]
    struct Tripwire;

    #[global_allocator]
    static TRIPWIRE: Tripwire = Tripwire;

    impl Tripwire {
        fn check() {
            // Memory is also freed while a thread's variables are torn down.
            let armed = ARMED.try_with(|armed| armed.replace(false)).unwrap_or(false);
            if armed {
                let _ =
                    std::io::stderr().write_all(b"the audio callback touched the allocator\n");
                std::process::abort();
            }
        }
    }

    // SAFETY: every method hands its arguments unchanged to the system's allocator, which
    // keeps the contract; the check before it allocates nothing unless the program ends.
    unsafe impl GlobalAlloc for Tripwire {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            Self::check();
            // SAFETY: the caller's promise about `layout` is passed on as it is.
            unsafe { System.alloc(layout) }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            Self::check();
            // SAFETY: the caller's promise about `layout` is passed on as it is.
            unsafe { System.alloc_zeroed(layout) }
        }

        unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            Self::check();
            // SAFETY: `pointer` came from the system's allocator through this one, with
            // `layout`; the caller's promise about `size` is passed on as it is.
            unsafe { System.realloc(pointer, layout, size) }
        }

        unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
            Self::check();
            // SAFETY: `pointer` came from the system's allocator through this one, with
            // `layout`.
            unsafe { System.dealloc(pointer, layout) }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::os::unix::process::ExitStatusExt;

    use super::*;
    use crate::listen::again;

    const SIGABRT: i32 = 6;

    #[test]
    fn what_allocates_nothing_runs() {
        assert_eq!(armed(|| armed(|| 1) + 1), 2);
        drop(black_box(vec![1_u8; 10]));
    }

    fn aborts(name: &str, work: impl FnOnce()) {
        let Some(output) = again::in_child("tripwire", name, &[]) else { return work() };
        assert_eq!(output.status.signal(), Some(SIGABRT), "{output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("the audio callback touched the allocator"), "{said}");
    }

    #[test]
    fn allocating_ends_the_program() {
        aborts("allocating_ends_the_program", || {
            armed(|| black_box(vec![1_u8; 10]).len());
        });
    }

    #[test]
    fn freeing_ends_the_program() {
        aborts("freeing_ends_the_program", || {
            let memory = black_box(vec![1_u8; 10]);
            armed(|| drop(memory));
        });
    }
}
