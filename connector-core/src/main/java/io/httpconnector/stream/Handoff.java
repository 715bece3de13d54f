package io.httpconnector.stream;

import io.httpconnector.internal.threads.AsyncCall;
import io.httpconnector.internal.threads.DefaultExecutors;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Passes items, one at a time, from the thread that reads a stream to the consumer of a {@link Stream}. */
final class Handoff<T> extends AbstractSpliterator<T> {

    private final Producer<T> producer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private @Nullable CompletableFuture<@Nullable Void> reader;
    private @Nullable T item;
    private boolean ended;
    private boolean closed;
    private @Nullable Throwable failure;

    /** Reads the items of a stream. */
    interface Producer<T> {

        /**
         * Reads all items.
         *
         * @param sink receives them
         */
        void run(Handoff<T> sink);
    }

    private Handoff(Producer<T> producer) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
        this.producer = producer;
    }

    /** Returns a stream of the items of a producer, which starts with the terminal operation and is interrupted by {@code close}. */
    static <T> Stream<T> stream(Producer<T> producer) {
        Handoff<T> handoff = new Handoff<>(producer);
        return StreamSupport.stream(handoff, false).onClose(handoff::close);
    }

    /** Waits until the item is taken; false if the stream is closed. */
    boolean put(T next) {
        lock.lock();
        try {
            item = next;
            changed.signalAll();
            while (item != null && !closed) {
                changed.await();
            }
            return !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** A split would read far ahead of the consumer. */
    @Override
    public @Nullable Spliterator<T> trySplit() {
        return null;
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        T next = take();
        if (next == null) {
            return false;
        }
        action.accept(next);
        return true;
    }

    private @Nullable T take() {
        lock.lock();
        try {
            if (reader == null && !closed) {
                reader = start();
            }
            while (item == null && !ended && !closed) {
                changed.await();
            }
            T next = closed ? null : item;
            item = null;
            changed.signalAll();
            if (next == null && !closed && failure != null) {
                throw rethrown(failure);
            }
            return next;
        } catch (InterruptedException e) {
            close();
            throw StreamException.interrupted("The stream", e);
        } finally {
            lock.unlock();
        }
    }

    private CompletableFuture<@Nullable Void> start() {
        CompletableFuture<@Nullable Void> started = AsyncCall.<@Nullable Void>start(
                () -> {
                    producer.run(this);
                    return null;
                },
                DefaultExecutors.forStreams());
        var unused = started.whenComplete((nothing, thrown) -> end(thrown));
        return started;
    }

    private void end(@Nullable Throwable thrown) {
        lock.lock();
        try {
            ended = true;
            failure = thrown;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static RuntimeException rethrown(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
    }

    private void close() {
        CompletableFuture<@Nullable Void> running;
        lock.lock();
        try {
            closed = true;
            item = null;
            running = reader;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (running != null) {
            boolean unused = running.cancel(true);
        }
    }
}
