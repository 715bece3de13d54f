package io.httpconnector.internal.transport;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Resolves host names to permitted addresses, within a timeout, which the JDK's resolver lacks. */
public final class BoundedDnsResolver {

    private static final int MAX_LOOKUPS = 64;
    private static final int MAX_WAITING = 10_000;

    /**
     * A lookup blocks and cannot be interrupted, so it runs on a separate thread. If too many lookups are blocked, further ones
     * wait within their timeouts.
     */
    private static final ThreadPoolExecutor LOOKUPS = lookups();

    private static ThreadPoolExecutor lookups() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                MAX_LOOKUPS, MAX_LOOKUPS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                    Thread thread = new Thread(task, "http-connector names");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Looks up host names in the DNS. */
    @FunctionalInterface
    public interface DnsResolver {
        InetAddress[] all(String host) throws UnknownHostException;
    }

    /** The host name was resolved, but the connection may not connect to the host. */
    public static final class ForbiddenHostException extends IOException {
        private static final long serialVersionUID = 1L;

        ForbiddenHostException(String host) {
            super("the destination " + host + " is not permitted to this connection");
        }
    }

    private BoundedDnsResolver() {}

    static InetAddress[] resolve(
            DnsResolver lookup,
            @Nullable AddressFilter destinations,
            String host,
            Duration timeout,
            AttemptContext attempt)
            throws IOException {
        InetAddress[] all = within(lookup, host, timeout, attempt);
        if (destinations == null) {
            return all;
        }
        InetAddress[] permitted = Arrays.stream(all)
                .filter(address -> destinations.permits(host, address))
                .toArray(InetAddress[]::new);
        if (permitted.length == 0) {
            throw new ForbiddenHostException(host);
        }
        return permitted;
    }

    private static InetAddress[] within(DnsResolver lookup, String host, Duration timeout, AttemptContext attempt)
            throws IOException {
        Future<InetAddress[]> response;
        try {
            response = LOOKUPS.submit(() -> lookup.all(host));
        } catch (RejectedExecutionException e) {
            throw new SocketTimeoutException(
                    "the name " + host + " was not resolved: too many DNS lookups are blocked");
        }
        attempt.waitsFor(response);
        try {
            return response.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            UnknownHostException unknown = new UnknownHostException(host);
            unknown.initCause(e.getCause());
            throw unknown;
        } catch (TimeoutException e) {
            // A lookup that still waits for a thread is no longer needed.
            response.cancel(false);
            throw new SocketTimeoutException("the name " + host + " was not resolved in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the name " + host + " was resolved");
        }
    }
}
