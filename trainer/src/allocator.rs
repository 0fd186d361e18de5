//! The C library's allocator, told what training does.

/// Keeps freed memory instead of giving it back to the system at once.
///
/// Every minibatch allocates and frees the same megabytes of activations. By default glibc maps and unmaps such blocks
/// each time, and the page faults cost up to 1.7 times the arithmetic. Call it before the first tensor is made.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep_freed_memory() {
    /// Blocks up to this size, bytes, come from the heap; the largest that glibc takes (`HEAP_MAX_SIZE / 2`).
    const LARGEST_HEAP_BLOCK: libc::c_int = 32 << 20;
    /// Memory that the heap grows by at a time, bytes.
    const HEAP_STEP: libc::c_int = 64 << 20;
    // SAFETY: mallopt only sets numbers inside the allocator, and takes its own lock.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGEST_HEAP_BLOCK);
        libc::mallopt(libc::M_TRIM_THRESHOLD, libc::c_int::MAX);
        libc::mallopt(libc::M_TOP_PAD, HEAP_STEP);
    }
}

/// Other allocators need no telling.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn keep_freed_memory() {}
