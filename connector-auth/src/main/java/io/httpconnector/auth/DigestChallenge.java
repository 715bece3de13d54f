package io.httpconnector.auth;

import io.httpconnector.Body;
import io.httpconnector.ConnectorException;
import io.httpconnector.Request;
import io.httpconnector.auth.internal.Challenge;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.text.PercentEncoding;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A Digest challenge, RFC 7616, section 3.3, and the number of requests that were signed with its nonce. Thread-safe.
 *
 * <p>The client nonce is fixed for each nonce: the {@code -sess} algorithms hash it into the session key only once.
 */
final class DigestChallenge {

    private static final List<String> STRONGEST_FIRST = List.of("SHA-512-256", "SHA-256", "MD5");
    private static final Map<String, String> HASHES =
            Map.of("SHA-512-256", "SHA-512/256", "SHA-256", "SHA-256", "MD5", "MD5");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String SESSION = "-SESS";

    private final Map<String, String> parameters;
    private final String nonce;
    private final String cnonce = cnonce();
    private final AtomicInteger count = new AtomicInteger();

    private DigestChallenge(Map<String, String> parameters, String nonce) {
        this.parameters = parameters;
        this.nonce = nonce;
    }

    private static String cnonce() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Returns the strongest supported Digest challenge of some {@code WWW-Authenticate} header fields. */
    static Optional<DigestChallenge> strongest(List<String> headers, boolean permitsMd5) {
        return Challenge.parse(headers).stream()
                .filter(challenge -> challenge.scheme().equals("digest"))
                .map(Challenge::parameters)
                .filter(DigestChallenge::isSupported)
                .filter(parameters -> permitsMd5 || (!hashName(parameters).equals("MD5") && qop(parameters) != null))
                .min(Comparator.comparingInt(DigestChallenge::strength))
                .map(parameters -> new DigestChallenge(parameters, parameters.getOrDefault("nonce", "")));
    }

    private static boolean isSupported(Map<String, String> parameters) {
        return parameters.containsKey("nonce")
                && parameters.containsKey("realm")
                && strength(parameters) >= 0
                && (qops(parameters).isEmpty() || qop(parameters) != null);
    }

    private static int strength(Map<String, String> parameters) {
        return STRONGEST_FIRST.indexOf(hashName(parameters));
    }

    private static String hashName(Map<String, String> parameters) {
        String name = parameters.getOrDefault("algorithm", "MD5").toUpperCase(Locale.ROOT);
        return name.endsWith(SESSION) ? name.substring(0, name.length() - SESSION.length()) : name;
    }

    private static List<String> qops(Map<String, String> parameters) {
        return Arrays.stream(parameters.getOrDefault("qop", "").split(",", -1))
                .map(qop -> qop.strip().toLowerCase(Locale.ROOT))
                .filter(qop -> !qop.isEmpty())
                .toList();
    }

    /** Returns the quality of protection: {@code auth-int} only if the service accepts nothing else; null if none is offered or known. */
    private static @Nullable String qop(Map<String, String> parameters) {
        List<String> offered = qops(parameters);
        return offered.contains("auth") ? "auth" : offered.contains("auth-int") ? "auth-int" : null;
    }

    /** Returns this challenge with the next nonce of the service. */
    DigestChallenge next(String nextNonce) {
        return new DigestChallenge(parameters, nextNonce);
    }

    /** Returns the nonce, escaped as in the quoted string of the header. */
    String nonce() {
        return escaped(nonce);
    }

    /** Counts a request, and returns the number of requests with this nonce. */
    int nextCount() {
        return count.incrementAndGet();
    }

    /** Returns the value of the {@code Authorization} header: RFC 7616, section 3.4. */
    String authorization(Request request, String user, String password, int number) {
        URI uri = request.uri();
        String target = uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + "?" + uri.getRawQuery();
        String realm = ascii("realm");
        String qop = qop(parameters);
        String nc = String.format(Locale.ROOT, "%08x", number);

        String secret = hash(bytes(user + ":" + parameters.get("realm") + ":" + password));
        boolean hasSession = parameters
                .getOrDefault("algorithm", "")
                .toUpperCase(Locale.ROOT)
                .endsWith(SESSION);
        if (hasSession) {
            secret = hash(bytes(secret + ":" + nonce + ":" + cnonce));
        }
        String data = request.method() + ":" + target;
        if ("auth-int".equals(qop)) {
            data += ":" + hash(request.body().map(Body::toBytes).orElseGet(() -> new byte[0]));
        }
        String middle = qop == null ? "" : ":" + nc + ":" + cnonce + ":" + qop;
        String response = hash(bytes(secret + ":" + nonce + middle + ":" + hash(bytes(data))));

        List<String> fields = new ArrayList<>();
        fields.add(user(user));
        fields.add("realm=\"" + realm + "\"");
        fields.add("nonce=\"" + ascii("nonce", nonce) + "\"");
        fields.add("uri=\"" + target + "\"");
        fields.add("response=\"" + response + "\"");
        if (qop != null) {
            fields.add("qop=" + qop);
            fields.add("nc=" + nc);
        }
        if (qop != null || hasSession) {
            // The session key can't be computed without it, even if the service offers no qop.
            fields.add("cnonce=\"" + cnonce + "\"");
        }
        if (parameters.containsKey("algorithm")) {
            fields.add("algorithm=" + ascii("algorithm"));
        }
        if (parameters.containsKey("opaque")) {
            fields.add("opaque=\"" + ascii("opaque") + "\"");
        }
        if (hashesUser()) {
            fields.add("userhash=true");
        }
        return "Digest " + String.join(", ", fields);
    }

    private boolean hashesUser() {
        return "true".equalsIgnoreCase(parameters.get("userhash"));
    }

    /** Returns the user name, hashed if the service requires it, and encoded if it is not ASCII: RFC 7616, sections 3.4 and 3.4.4. */
    private String user(String user) {
        if (hashesUser()) {
            return "username=\"" + hash(bytes(user + ":" + parameters.get("realm"))) + "\"";
        }
        return isVisibleAscii(user)
                ? "username=\"" + escaped(user) + "\""
                : "username*=UTF-8''" + PercentEncoding.encode(user);
    }

    private String ascii(String name) {
        return ascii(name, parameters.getOrDefault(name, ""));
    }

    private static String ascii(String name, String value) {
        if (!isVisibleAscii(value)) {
            throw new ConnectorException(
                    "The Digest challenge of the service can't be used: its " + name
                            + " has a character that is not allowed in a header field",
                    null);
        }
        return escaped(value);
    }

    private static boolean isVisibleAscii(String text) {
        return text.chars().allMatch(c -> c >= 0x20 && c <= 0x7e);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private String hash(byte[] bytes) {
        String algorithm = HASHES.getOrDefault(hashName(parameters), "MD5");
        return HexFormat.of().formatHex(Hashing.digest(algorithm).digest(bytes));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "DigestChallenge " + hashName(parameters);
    }
}
