package io.httpconnector.jdbc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Lets those who have something to store at the same time do it together: one of them stores what all of them have, while the others
 * wait, and then leaves it to one of those who have come meanwhile. Safe for many threads.
 *
 * @param <T> what is stored
 */
final class Together<T> {

    private static final int MOST = 500;
    private static final int WRITERS = 2;

    private final Consumer<List<T>> store;

    // Guarded by this. When somebody waits who has not been told anything, all writers are at work.
    private final Deque<Part<T>> waiting = new ArrayDeque<>();
    private int writers;

    /** What somebody has to store; who waits is told whether it is to write itself. */
    private record Part<T>(List<T> things, CompletableFuture<Boolean> writes, CompletableFuture<Void> stored) {}

    Together(Consumer<List<T>> store) {
        this.store = store;
    }

    /** Stores something; when this returns, it is stored. */
    void add(List<T> things) {
        Part<T> part = new Part<>(things, new CompletableFuture<>(), new CompletableFuture<>());
        enter(part);
        if (part.writes.join()) {
            write();
        }
        try {
            part.stored.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }

    private synchronized void enter(Part<T> part) {
        waiting.add(part);
        if (writers < WRITERS) {
            writers++;
            part.writes.complete(true);
        }
    }

    /** Stores what is there, which may be nothing any more when another one was faster. */
    private void write() {
        List<Part<T>> parts = take();
        Throwable failure = null;
        try {
            List<T> things = new ArrayList<>();
            parts.forEach(part -> things.addAll(part.things));
            if (!things.isEmpty()) {
                store.accept(things);
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        // First of all: it wakes up while the others are told.
        handOver();
        for (Part<T> part : parts) {
            if (failure == null) {
                part.stored.complete(null);
            } else {
                part.stored.completeExceptionally(failure);
            }
            part.writes.complete(false);
        }
    }

    private synchronized List<Part<T>> take() {
        List<Part<T>> parts = new ArrayList<>();
        int count = 0;
        while (!waiting.isEmpty() && count < MOST) {
            Part<T> part = waiting.remove();
            parts.add(part);
            count += part.things.size();
        }
        return parts;
    }

    private synchronized void handOver() {
        for (Part<T> part : waiting) {
            if (part.writes.complete(true)) {
                return;
            }
        }
        writers--;
    }
}
