package io.httpconnector.webhook;

import io.httpconnector.TimeSource;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where requests come from, and how many each may send. Safe for many threads. */
final class SenderLimiter {

    private static final int MAX_SOURCES = 10_000;
    private static final Pattern WITH_PORT = Pattern.compile("(?:\\[([0-9A-Fa-f:.]*)]|([0-9.]+))(?::[0-9]{1,5})?");

    private final int hops;
    private final int most;
    private final long period;
    private final TimeSource time;
    private final Map<InetAddress, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Bucket> eldest) {
            return size() > MAX_SOURCES;
        }
    };

    /** What a source may still send. */
    private static final class Bucket {

        private double left;
        private long at;

        Bucket(double left, long at) {
            this.left = left;
            this.at = at;
        }
    }

    /** Knows the last proxies, and lets a source send so many in a period; as many as it likes when there is no limit. */
    SenderLimiter(int hops, int max, Duration period, TimeSource time) {
        this.hops = hops;
        this.most = max;
        this.period = period.toNanos();
        this.time = time;
    }

    /** With the address that the outermost trusted proxy has seen; without any when the proxies don't say one. */
    WebhookRequest located(WebhookRequest request) {
        if (hops == 0) {
            return request;
        }
        List<String> seen =
                ValueSelector.header("X-Forwarded-For").items(",").values(request.headers("X-Forwarded-For"));
        @Nullable InetAddress client =
                seen.size() < hops ? null : AddressRange.literal(withoutPort(seen.get(seen.size() - hops)));
        return request.from(client);
    }

    private static String withoutPort(String address) {
        Matcher match = WITH_PORT.matcher(address);
        return match.matches() ? (match.group(1) == null ? match.group(2) : match.group(1)) : address;
    }

    boolean allows(WebhookRequest request) {
        InetAddress peer = request.peer().orElse(null);
        if (most == 0 || peer == null) {
            return true;
        }
        long now = time.nanos();
        synchronized (buckets) {
            Bucket bucket = buckets.computeIfAbsent(peer, any -> new Bucket(most, now));
            bucket.left = Math.min(most, bucket.left + (double) (now - bucket.at) / period * most);
            bucket.at = now;
            if (bucket.left < 1) {
                return false;
            }
            bucket.left--;
            return true;
        }
    }
}
