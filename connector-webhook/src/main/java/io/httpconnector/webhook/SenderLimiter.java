package io.httpconnector.webhook;

import io.httpconnector.TimeSource;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Determines the source address of requests, and limits the requests of each source. Thread-safe. */
final class SenderLimiter {

    private static final int MAX_SOURCES = 10_000;
    private static final Pattern WITH_PORT = Pattern.compile("(?:\\[([0-9A-Fa-f:.]*)]|([0-9.]+))(?::[0-9]{1,5})?");

    private final int hops;
    private final int max;
    private final long period;
    private final TimeSource time;
    private final Map<ByteBuffer, TokenBucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, TokenBucket> eldest) {
            return size() > MAX_SOURCES;
        }
    };

    /** The remaining quota of a source. */
    private static final class TokenBucket {

        private double remaining;
        private long updatedAt;

        TokenBucket(double left, long at) {
            this.remaining = left;
            this.updatedAt = at;
        }
    }

    /**
     * Creates a limiter that trusts the last {@code hops} proxies and allows {@code max} requests per period; 0 means unlimited.
     */
    SenderLimiter(int hops, int max, Duration period, TimeSource time) {
        this.hops = hops;
        this.max = max;
        this.period = period.toNanos();
        this.time = time;
    }

    /** Sets the address that the outermost trusted proxy has seen; no address if the proxies report none. */
    WebhookRequest withSourceAddress(WebhookRequest request) {
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
        if (max == 0 || peer == null) {
            return true;
        }
        long now = time.nanos();
        synchronized (buckets) {
            TokenBucket bucket = buckets.computeIfAbsent(source(peer), any -> new TokenBucket(max, now));
            bucket.remaining = Math.min(max, bucket.remaining + (double) (now - bucket.updatedAt) / period * max);
            bucket.updatedAt = now;
            if (bucket.remaining < 1) {
                return false;
            }
            bucket.remaining--;
            return true;
        }
    }

    /** The IPv4 address, or the network of an IPv6 address: one subscriber has all addresses of a /64 (RFC 6177). */
    private static ByteBuffer source(InetAddress address) {
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(bytes.length == 16 ? Arrays.copyOf(bytes, 8) : bytes);
    }
}
