package io.httpconnector.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Lets those who have something to store at the same time do it together: one of them stores what all of them have, while the next wait.
 * Safe for many threads.
 *
 * @param <T> what is stored
 */
final class Together<T> {

    private static final int MOST = 500;
    private static final int WRITERS = 2;

    private final Consumer<List<T>> store;
    private final Queue<Part<T>> waiting = new ConcurrentLinkedQueue<>();
    private final Semaphore writers = new Semaphore(WRITERS);

    /** What somebody has to store. */
    private record Part<T>(List<T> things, CompletableFuture<Void> stored) {}

    Together(Consumer<List<T>> store) {
        this.store = store;
    }

    /** Stores something; when this returns, it is stored. */
    void add(List<T> things) {
        Part<T> part = new Part<>(things, new CompletableFuture<>());
        waiting.add(part);
        // Whoever gets in stores what is there by then, which may be nothing any more.
        writers.acquireUninterruptibly();
        try {
            if (!part.stored.isDone()) {
                write();
            }
        } finally {
            writers.release();
        }
        try {
            part.stored.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : e;
        }
    }

    private void write() {
        List<Part<T>> parts = new ArrayList<>();
        List<T> things = new ArrayList<>();
        while (things.size() < MOST) {
            Part<T> part = waiting.poll();
            if (part == null) {
                break;
            }
            parts.add(part);
            things.addAll(part.things);
        }
        if (parts.isEmpty()) {
            return;
        }
        try {
            store.accept(things);
            parts.forEach(part -> part.stored.complete(null));
        } catch (RuntimeException | Error e) {
            parts.forEach(part -> part.stored.completeExceptionally(e));
        }
    }
}
