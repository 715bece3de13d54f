package io.httpconnector.template;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** A small pool of reusable buffers, so that a body needs no more memory than its own bytes. */
final class BufferPool {

    static final int MIN_SIZE = 16 * 1024;
    static final int MAX_SIZE = 1024 * 1024;

    private static final int SLOTS = 4;
    private static final AtomicReferenceArray<byte[]> FREE = new AtomicReferenceArray<>(SLOTS);

    private BufferPool() {}

    static byte[] acquire() {
        for (int slot = 0; slot < SLOTS; slot++) {
            byte[] buffer = FREE.getAndSet(slot, null);
            if (buffer != null) {
                return buffer;
            }
        }
        return new byte[MIN_SIZE];
    }

    /** Returns a buffer to the pool. The caller must no longer use it. */
    static void release(byte[] buffer) {
        for (int slot = 0; slot < SLOTS; slot++) {
            if (FREE.compareAndSet(slot, null, buffer)) {
                return;
            }
        }
    }
}
