//! Loops over bytes, compiled for the widest instructions that the processor has. They are plain
//! arithmetic on arrays, which compilers turn into whatever they may use; here is where they may use
//! AVX2. The one `unsafe` call of the program runs the same code compiled for it, where the processor
//! is known to have it.

#![allow(
    unsafe_code,
    reason = "calls code compiled for AVX2 after asking for it"
)]

/// Does this work with the widest instructions. What it calls is compiled anew for them only if it is
/// inlined.
pub(super) fn widest<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has the only feature that the function asks for.
        return unsafe { with_avx2(work) };
    }
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}
