package io.httpconnector.webhook;

import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.text.PercentEncoding;
import io.httpconnector.webhook.StructuredFields.InnerList;
import io.httpconnector.webhook.StructuredFields.ListItem;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The components of a request that one HTTP message signature (RFC 9421) covers. Immutable.
 *
 * @param components the values by component identifier
 * @param input the list of the components with the parameters of the signature
 */
record SignedMessage(Map<String, String> components, InnerList input) {

    private static final String CONTENT_DIGEST = "\"content-digest\"";

    /**
     * Reads the components from a request.
     *
     * @throws IOException if a component is missing, unknown, or listed twice
     */
    static SignedMessage of(InnerList input, WebhookRequest request) throws IOException {
        Map<String, String> components = new LinkedHashMap<>();
        for (ListItem item : input.items()) {
            if (components.put(item.identifier(), value(item, request)) != null) {
                throw new IOException("the component " + Texts.visible(item.identifier()) + " is signed twice");
            }
        }
        return new SignedMessage(components, input);
    }

    private static String value(ListItem item, WebhookRequest request) throws IOException {
        if (item.text().equals("@query-param")) {
            String name = StructuredFields.unquoted(item.parameters().getOrDefault("name", ""));
            String decoded = PercentEncoding.decodeForm(name);
            List<String> values =
                    BodyParser.parameters(request).getOrDefault(decoded == null ? name : decoded, List.of());
            if (item.parameters().size() != 1 || values.size() != 1) {
                throw new IOException(
                        "the signed parameter " + Texts.visible(name) + " occurs " + values.size() + " times");
            }
            return PercentEncoding.encode(values.get(0));
        }
        if (!item.parameters().isEmpty()) {
            throw new IOException("the component " + Texts.visible(item.identifier()) + " has unsupported parameters");
        }
        return item.text().startsWith("@") ? derived(item.text(), request) : field(item.text(), request);
    }

    private static String field(String name, WebhookRequest request) throws IOException {
        List<String> values = request.headers(name);
        if (values.isEmpty() || !name.equals(name.toLowerCase(Locale.ROOT))) {
            throw new IOException("the signed header field " + Texts.visible(name) + " is missing");
        }
        return String.join(", ", values.stream().map(String::strip).toList());
    }

    private static String derived(String name, WebhookRequest request) throws IOException {
        String query = request.query().isEmpty() ? "" : "?" + request.query();
        return switch (name) {
            case "@method" -> request.method();
            case "@path" -> path(request);
            case "@query" -> query.isEmpty() ? "?" : query;
            case "@request-target" -> path(request) + query;
            case "@target-uri" -> url(request) + query;
            case "@scheme" ->
                String.valueOf(URI.create(url(request)).getScheme()).toLowerCase(Locale.ROOT);
            case "@authority" -> authority(request);
            default -> throw new IOException("the component " + Texts.visible(name) + " is unknown");
        };
    }

    private static String url(WebhookRequest request) throws IOException {
        String url = request.publicUrlOrNull();
        if (url == null) {
            throw new IOException("the URL is signed, but publicUrl is not set on the receiver");
        }
        return url;
    }

    private static String path(WebhookRequest request) {
        String url = request.publicUrlOrNull();
        String path = url == null ? request.path() : URI.create(url).getRawPath();
        return path == null || path.isEmpty() ? "/" : path;
    }

    private static String authority(WebhookRequest request) throws IOException {
        String url = request.publicUrlOrNull();
        if (url == null) {
            return field("host", request).toLowerCase(Locale.ROOT);
        }
        URI uri = URI.create(url);
        String authority = String.valueOf(uri.getRawAuthority()).toLowerCase(Locale.ROOT);
        boolean isDefault = uri.getPort() == ("https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80);
        return isDefault ? authority.substring(0, authority.lastIndexOf(':')) : authority;
    }

    /** The signature base (section 2.5). */
    String base() {
        return lines() + "\"@signature-params\": " + input.serialize();
    }

    /** The components without the parameters of the signature. */
    String lines() {
        StringBuilder lines = new StringBuilder();
        components.forEach((identifier, value) ->
                lines.append(identifier).append(": ").append(value).append('\n'));
        return lines.toString();
    }

    /** A parameter of the signature that is a String (section 2.3). */
    @Nullable String text(String name) throws IOException {
        String raw = input.parameters().get(name);
        if (raw != null && !raw.startsWith("\"")) {
            throw new IOException("the parameter " + name + " of the signature is not a string");
        }
        return raw == null ? null : StructuredFields.unquoted(raw);
    }

    /** A parameter of the signature that is an Integer (section 2.3). */
    @Nullable Long integer(String name) throws IOException {
        String raw = input.parameters().get(name);
        if (raw != null && !raw.matches("[0-9]{1,15}")) {
            throw new IOException("the parameter " + name + " of the signature is not an integer, in seconds");
        }
        return raw == null ? null : Long.valueOf(raw);
    }

    boolean has(String component) {
        return components.containsKey('"' + component + '"');
    }

    /** Whether a value of the request is signed. */
    boolean covers(ValueSelector selector) {
        boolean isNamed = selector.type == ValueSelector.SelectorType.QUERY
                && selector.alternative == null
                && components.containsKey("\"@query-param\";name=\"" + selector.name + '"');
        return isNamed || covers(this::has, selector);
    }

    /** Whether a value of a request is signed, if these components are. */
    static boolean covers(Predicate<String> has, ValueSelector selector) {
        boolean here = switch (selector.type) {
            case HEADER -> has.test(selector.name.toLowerCase(Locale.ROOT));
            case BODY -> has.test("content-digest");
            case QUERY -> has.test("@query") || has.test("@target-uri") || has.test("@request-target");
        };
        ValueSelector alternative = selector.alternative;
        return here && (alternative == null || covers(has, alternative));
    }

    /** Whether the digests of the body (RFC 9530) that are signed match; true if none is signed. */
    boolean matchesDigest(byte[] body) throws IOException {
        String field = components.get(CONTENT_DIGEST);
        if (field == null) {
            return true;
        }
        boolean found = false;
        for (Map.Entry<String, byte[]> digest :
                StructuredFields.byteSequences(field).entrySet()) {
            String algorithm = switch (digest.getKey()) {
                case "sha-256" -> "SHA-256";
                case "sha-512" -> "SHA-512";
                default -> "";
            };
            if (!algorithm.isEmpty()) {
                found = true;
                if (!MessageDigest.isEqual(Hashing.digest(algorithm).digest(body), digest.getValue())) {
                    return false;
                }
            }
        }
        return found;
    }

    /** A fingerprint that is the same for the same components, signed at the same time, by any key. */
    String fingerprint() {
        String signed = lines()
                + input.parameters().getOrDefault("created", "")
                + ' '
                + input.parameters().getOrDefault("nonce", "");
        return Hashing.fingerprint(signed.getBytes(StandardCharsets.UTF_8));
    }
}
