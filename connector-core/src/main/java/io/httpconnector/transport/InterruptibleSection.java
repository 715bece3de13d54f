package io.httpconnector.transport;

import org.jspecify.annotations.Nullable;

/** A section of code that other threads can interrupt, but not the code that follows it. Used once. */
final class InterruptibleSection {

    private @Nullable Thread inside;
    private boolean isInterrupted;

    /** Enters the section with the current thread. */
    synchronized void enter() {
        inside = Thread.currentThread();
    }

    /** Interrupts the thread in the section; does nothing if there is none. */
    synchronized void interrupt() {
        if (inside != null && !isInterrupted) {
            isInterrupted = true;
            inside.interrupt();
        }
    }

    /** Leaves the section, and removes the interrupt status that {@link #interrupt()} has set. Returns whether it has. */
    synchronized boolean leave() {
        inside = null;
        if (isInterrupted) {
            boolean unused = Thread.interrupted();
        }
        return isInterrupted;
    }
}
