package io.httpconnector.internal.transport;

import io.httpconnector.internal.http.Origin;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hc.client5.http.cookie.BasicCookieStore;
import org.apache.hc.client5.http.cookie.CookieStore;
import org.jspecify.annotations.Nullable;

/** The cookies of a connection, with a separate store for each origin. Thread-safe. */
final class CookieJar {

    /** The maximum number of origins whose cookies are kept. */
    private static final int MAX_ORIGINS = 20;

    private final Map<Origin, CookieStore> stores = new ConcurrentHashMap<>();

    /** Returns the store of an origin; null if the cookies of too many other origins are kept already. */
    @Nullable CookieStore of(Origin origin) {
        return stores.size() < MAX_ORIGINS || stores.containsKey(origin)
                ? stores.computeIfAbsent(origin, any -> new BasicCookieStore())
                : null;
    }
}
