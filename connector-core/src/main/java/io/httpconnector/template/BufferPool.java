package io.httpconnector.template;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** A few buffers that are used again and again, so that a body costs no more memory than its own bytes. */
final class BufferPool {

    static final int SMALLEST = 16 * 1024;
    static final int LARGEST = 1024 * 1024;

    private static final int SLOTS = 4;
    private static final AtomicReferenceArray<byte[]> FREE = new AtomicReferenceArray<>(SLOTS);

    private BufferPool() {}

    static byte[] take() {
        for (int slot = 0; slot < SLOTS; slot++) {
            byte[] buffer = FREE.getAndSet(slot, null);
            if (buffer != null) {
                return buffer;
            }
        }
        return new byte[SMALLEST];
    }

    /** Gives back a buffer that nobody reads any more. */
    static void give(byte[] buffer) {
        for (int slot = 0; slot < SLOTS; slot++) {
            if (FREE.compareAndSet(slot, null, buffer)) {
                return;
            }
        }
    }
}
