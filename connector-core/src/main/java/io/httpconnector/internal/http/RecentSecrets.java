package io.httpconnector.internal.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The last secrets that a service has issued to a connection, such as the cookies of its logins. They are masked in all further
 * exchanges, whether they are sent again or not. Thread-safe.
 */
public final class RecentSecrets {

    private static final int MAX = 32;

    private final Deque<NameValuePair> all = new ArrayDeque<>();
    private volatile List<NameValuePair> current = List.of();

    /** Adds secrets; the oldest ones are forgotten. */
    public synchronized void add(List<NameValuePair> secrets) {
        for (NameValuePair secret : secrets) {
            all.removeIf(known -> known.value().equals(secret.value()));
            all.addLast(secret);
            if (all.size() > MAX) {
                all.removeFirst();
            }
        }
        current = List.copyOf(all);
    }

    /** Returns the secrets, oldest first. */
    public List<NameValuePair> all() {
        return current;
    }
}
