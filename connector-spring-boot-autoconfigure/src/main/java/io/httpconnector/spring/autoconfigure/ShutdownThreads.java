package io.httpconnector.spring.autoconfigure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Threads that stop several objects at the same time when the application stops. */
final class ShutdownThreads {

    private static final String NAME = "http-connector-stop";

    private ShutdownThreads() {}

    /**
     * Stops all objects, and waits for them.
     *
     * @param stop stops an object in limited time
     */
    static <T> void run(Collection<T> objects, Consumer<T> stop) {
        List<Thread> threads = new ArrayList<>();
        objects.forEach(object -> threads.add(start(() -> stop.accept(object))));
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops, and calls the callback afterwards, in a thread of its own. */
    static void run(Runnable stop, Runnable callback) {
        Thread unused = start(() -> {
            try {
                stop.run();
            } finally {
                callback.run();
            }
        });
    }

    private static Thread start(Runnable task) {
        Thread thread = new Thread(task, NAME);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
