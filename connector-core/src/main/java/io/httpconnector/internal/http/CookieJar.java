package io.httpconnector.internal.http;

import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.CookieDate;
import io.httpconnector.internal.text.HeaderFields;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The cookies of a connection or of a login (RFC 6265), with a separate store for each origin. A connection sends a cookie to the
 * origin that has set it, and to no other port, scheme or host; a login also to the hosts that the service permits. Values are
 * stored and sent unchanged. Thread-safe.
 */
public final class CookieJar {

    /** The maximum number of origins whose cookies are kept. */
    private static final int MAX_ORIGINS = 20;
    /** The maximum number of cookies of an origin; the oldest ones are removed. */
    private static final int MAX_COOKIES = 180;
    /** The maximum length of a name and a value together. */
    private static final int MAX_LENGTH = 8192;
    /** The maximum age, so that it can be added to any time. */
    private static final long MAX_AGE_SECONDS = Duration.ofDays(365_000).toSeconds();

    private final Map<Origin, Cookies> stores = new ConcurrentHashMap<>();

    /** Creates a jar without cookies. */
    public CookieJar() {
        // Nothing to set.
    }

    /** Returns the cookies of an origin; null if the cookies of too many other origins are kept already. */
    public @Nullable Cookies of(Origin origin) {
        return stores.size() < MAX_ORIGINS || stores.containsKey(origin)
                ? stores.computeIfAbsent(origin, Cookies::new)
                : null;
    }

    /**
     * Returns the value of the {@code Cookie} field of a request: the cookies of its origin and those of the request itself.
     *
     * @param own the {@code Cookie} field of the request; empty if it has none
     * @return the value; empty if there are no cookies
     */
    public String kept(Origin origin, String target, String own, Instant now) {
        Cookies kept = of(origin);
        return kept == null ? own : kept.header(target, own, now);
    }

    /** Stores the cookies of a response for its origin. */
    public void store(Origin origin, String target, HeaderFields response, Instant now) {
        Cookies kept = of(origin);
        if (kept == null) {
            return;
        }
        List<String> values = new ArrayList<>();
        for (int i = 0; i < response.size(); i++) {
            if (response.name(i).equalsIgnoreCase("Set-Cookie")) {
                values.add(response.value(i));
            }
        }
        kept.store(values, target, now);
    }

    /**
     * Returns the value of the {@code Cookie} field of a request as a browser does (RFC 6265, section 5.4): cookies do not depend
     * on the port, {@code Domain} permits other hosts, and {@code Secure} requires https.
     *
     * @param own the {@code Cookie} field of the request; empty if it has none
     * @return the value; empty if there are no cookies
     */
    public String header(Origin origin, String target, String own, Instant now) {
        String header = own;
        for (Cookies kept : stores.values()) {
            String known = header;
            String added = kept.header(
                    target,
                    "",
                    now,
                    cookie -> cookie.isSentTo(origin, kept.origin) && !Cookies.hasCookie(known, cookie.name));
            header = known + (known.isEmpty() || added.isEmpty() ? "" : "; ") + added;
        }
        return header;
    }

    /** Returns whether there is no cookie that may be sent. */
    public boolean isEmpty(Instant now) {
        return stores.values().stream().allMatch(kept -> kept.isEmpty(now));
    }

    /** Returns the time when the first cookie expires; empty if none does. */
    public Optional<Instant> expiry() {
        return stores.values().stream().flatMap(kept -> kept.expiry().stream()).min(Comparator.naturalOrder());
    }

    /**
     * A stored cookie. {@code domain} is empty if only the host that has set it receives it; {@code expires} is null if it
     * lasts until the connection is closed.
     */
    private record Cookie(
            String name,
            String value,
            String path,
            String domain,
            boolean isSecure,
            @Nullable Instant expires,
            long number) {

        boolean isExpired(Instant now) {
            return expires != null && !now.isBefore(expires);
        }

        boolean isSentTo(Origin requested, Origin setBy) {
            return (!isSecure || requested.scheme().equals("https"))
                    && (requested.host().equals(setBy.host()) || isWithin(requested.host(), domain));
        }

        /** Returns whether a host is in a domain of at least two labels. */
        private static boolean isWithin(String host, String domain) {
            return domain.indexOf('.') > 0 && (host.equals(domain) || host.endsWith("." + domain));
        }

        /** Returns whether the cookie is sent with a request to a path (RFC 6265, section 5.1.4). */
        boolean matches(String requested) {
            return requested.startsWith(path)
                    && (requested.length() == path.length()
                            || path.endsWith("/")
                            || requested.charAt(path.length()) == '/');
        }
    }

    /** The cookies of one origin. */
    public static final class Cookies {

        private final Origin origin;
        private final List<Cookie> cookies = new ArrayList<>();
        private long count;

        private Cookies(Origin origin) {
            this.origin = origin;
        }

        /**
         * Returns the value of the {@code Cookie} field: the stored cookies for a request target, and those of the request
         * itself, which replace stored ones of the same name.
         *
         * @param own the {@code Cookie} field of the request; empty if it has none
         * @return the value; empty if there are no cookies
         */
        public String header(String target, String own, Instant now) {
            return header(target, own, now, cookie -> true);
        }

        private synchronized String header(String target, String own, Instant now, Predicate<Cookie> filter) {
            cookies.removeIf(cookie -> cookie.isExpired(now));
            String path = path(target);
            StringBuilder header = new StringBuilder();
            cookies.stream()
                    .filter(cookie -> filter.test(cookie) && cookie.matches(path) && !hasCookie(own, cookie.name))
                    .sorted(Comparator.<Cookie>comparingInt(cookie -> -cookie.path.length())
                            .thenComparingLong(Cookie::number))
                    .forEach(cookie -> header.append(header.isEmpty() ? "" : "; ")
                            .append(cookie.name)
                            .append('=')
                            .append(cookie.value));
            return header.append(header.isEmpty() || own.isEmpty() ? "" : "; ")
                    .append(own)
                    .toString();
        }

        private static boolean hasCookie(String header, String name) {
            for (String pair : header.split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals >= 0 && trimmed(pair.substring(0, equals)).equals(name)) {
                    return true;
                }
            }
            return false;
        }

        /** Stores the cookies that a response sets (RFC 6265, section 5.3). */
        public synchronized void store(List<String> fields, String target, Instant now) {
            fields.forEach(field -> store(field, target, now));
        }

        private synchronized boolean isEmpty(Instant now) {
            cookies.removeIf(cookie -> cookie.isExpired(now));
            return cookies.isEmpty();
        }

        private synchronized Optional<Instant> expiry() {
            return cookies.stream()
                    .flatMap(cookie -> Optional.ofNullable(cookie.expires).stream())
                    .min(Comparator.naturalOrder());
        }

        private void store(String text, String target, Instant now) {
            String[] parts = text.split(";", -1);
            int equals = parts[0].indexOf('=');
            String name = equals < 0 ? "" : trimmed(parts[0].substring(0, equals));
            String value = trimmed(parts[0].substring(equals + 1));
            if (name.isEmpty() || name.length() + value.length() > MAX_LENGTH) {
                return;
            }
            String path = defaultPath(path(target));
            Instant expires = null;
            Instant ends = null;
            String domain = "";
            boolean isSecure = false;
            // The last attribute of a name is the effective one.
            for (int i = 1; i < parts.length; i++) {
                int at = parts[i].indexOf('=');
                String attribute = Ascii.lowerCase(trimmed(at < 0 ? parts[i] : parts[i].substring(0, at)));
                String given = at < 0 ? "" : trimmed(parts[i].substring(at + 1));
                switch (attribute) {
                    case "expires" -> expires = or(CookieDate.parse(given), expires);
                    case "max-age" -> ends = or(endOfAge(given, now), ends);
                    case "domain" -> domain = Ascii.lowerCase(given.startsWith(".") ? given.substring(1) : given);
                    case "path" -> path = given.startsWith("/") ? given : defaultPath(path(target));
                    case "secure" -> isSecure = true;
                    default -> {
                        // HttpOnly and SameSite concern browsers; unknown attributes are ignored.
                    }
                }
            }
            boolean isSent =
                    isOwnDomain(domain) && (!isSecure || origin.scheme().equals("https"));
            if (isSent) {
                put(new Cookie(name, value, path, domain, isSecure, ends == null ? expires : ends, count++), now);
            }
        }

        private static @Nullable Instant or(@Nullable Instant given, @Nullable Instant earlier) {
            return given == null ? earlier : given;
        }

        /** Returns the end of a {@code Max-Age}; null if it is not a number. */
        private static @Nullable Instant endOfAge(String seconds, Instant now) {
            if (!seconds.matches("-?[0-9]+")) {
                return null;
            }
            if (seconds.startsWith("-")) {
                return Instant.MIN;
            }
            long age = seconds.length() > 18 ? MAX_AGE_SECONDS : Math.min(MAX_AGE_SECONDS, Long.parseLong(seconds));
            return age == 0 ? Instant.MIN : now.plusSeconds(age);
        }

        /** Returns whether a {@code Domain} attribute includes the host, which may not set cookies for others. */
        private boolean isOwnDomain(String domain) {
            String host = origin.host();
            return domain.isEmpty() || host.equals(domain) || host.endsWith("." + domain);
        }

        /** Adds a cookie, which replaces the one of the same name and path and keeps its position. */
        private void put(Cookie cookie, Instant now) {
            long number = cookie.number;
            for (Cookie known : cookies) {
                if (known.name.equals(cookie.name) && known.path.equals(cookie.path)) {
                    number = known.number;
                }
            }
            cookies.removeIf(known ->
                    known.isExpired(now) || (known.name.equals(cookie.name) && known.path.equals(cookie.path)));
            if (cookie.isExpired(now)) {
                return;
            }
            if (cookies.size() == MAX_COOKIES) {
                cookies.remove(0);
            }
            cookies.add(new Cookie(
                    cookie.name, cookie.value, cookie.path, cookie.domain, cookie.isSecure, cookie.expires, number));
        }

        private static String path(String target) {
            int question = target.indexOf('?');
            String path = question < 0 ? target : target.substring(0, question);
            return path.isEmpty() ? "/" : path;
        }

        /** Returns the path of a cookie without a {@code Path} attribute (RFC 6265, section 5.1.4). */
        private static String defaultPath(String path) {
            int slash = path.lastIndexOf('/');
            return slash <= 0 ? "/" : path.substring(0, slash);
        }

        /** Removes spaces and tabs at both ends. */
        private static String trimmed(String text) {
            int start = 0;
            int end = text.length();
            while (start < end && (text.charAt(start) == ' ' || text.charAt(start) == '\t')) {
                start++;
            }
            while (end > start && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
                end--;
            }
            return text.substring(start, end);
        }
    }
}
