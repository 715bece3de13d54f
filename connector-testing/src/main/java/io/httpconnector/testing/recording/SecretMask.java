package io.httpconnector.testing.recording;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.internal.text.CredentialExchange;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.PercentEncoding;
import io.httpconnector.internal.text.SecretMatcher;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Masks the secrets of recorded messages: those of the request, wherever they occur; values with names of secrets; and all
 * values of the responses in which credentials arrive, which are replaced by values of the same type. Thread-safe.
 */
final class SecretMask {

    /** The minimum length of a secret that is also searched for in the other exchanges. */
    static final int MIN_LENGTH = 8;

    /** Members of responses with credentials that are no credentials. */
    private static final Pattern SHOWN = Pattern.compile(
            "(?i)token_?type|scopes?|error(_description|_uri)?|issuer|api_domain|interval|.*_supported|expir.*|.*_expir.*"
                    + "|.*expires_?(in|at|on)|issued.*|.*_at|lifetime|ttl|kty|alg|use|key_ops|crv");

    private static final Pattern URL = Pattern.compile("https?://.*");

    private final Pattern named;
    private final Pattern jsonMember;
    private final Pattern xmlElement;
    private final Pattern fieldName;
    private final Set<String> learned = new LinkedHashSet<>();
    private final Map<String, String> placeholders = new LinkedHashMap<>();

    /**
     * Creates a mask.
     *
     * @param names names of parameters, fields and members whose values are secrets
     * @param secrets further secrets
     */
    SecretMask(Set<String> names, Set<String> secrets) {
        String any = names.stream()
                .map(name -> Pattern.quote(name).replaceAll("[-_]", "\\\\E[-_]?\\\\Q"))
                .collect(Collectors.joining("|", "(?:", ")"));
        // In URLs, forms and the values of other fields. An ampersand may be escaped.
        named = Pattern.compile("(?i)((?:^|[?&;\\s#\"']|\\\\u0026|%26|%3F)" + any + "=)([^&#\\s\"'<>\\\\;]+)");
        jsonMember = Pattern.compile("(?i)(\"" + any + "\"\\s*:\\s*)(\"(?:[^\"\\\\]|\\\\.)*+\"|-?[0-9][0-9.eE+-]*)");
        xmlElement = Pattern.compile("(?i)(<(?:[\\w.-]+:)?" + any + "(?:\\s[^<>]*)?>)([^<]+)(?=<)");
        fieldName = Pattern.compile("(?i)" + any);
        learned.addAll(secrets);
    }

    /** Remembers the secrets of a request, to mask them in the other exchanges, too. */
    synchronized void learn(Set<String> secrets) {
        for (String secret : secrets) {
            if (secret.length() >= MIN_LENGTH) {
                learned.add(secret);
            }
        }
    }

    /** Returns the text without values that have names of secrets. */
    String byName(String text) {
        String masked = named.matcher(text).replaceAll("$1" + Matcher.quoteReplacement(LogSafe.MASK));
        masked = jsonMember.matcher(masked).replaceAll("$1\"" + Matcher.quoteReplacement(LogSafe.MASK) + "\"");
        return xmlElement.matcher(masked).replaceAll("$1" + Matcher.quoteReplacement(LogSafe.MASK));
    }

    /** Returns the value of a header field without secrets that have a name. */
    String header(String name, String value) {
        return fieldName.matcher(name).matches() ? LogSafe.MASK : byName(value);
    }

    /**
     * Returns a body without secrets.
     *
     * @param body the bytes
     * @param mediaType the media type; null if there is none
     * @param secrets the secrets of the request
     * @param hasCredentials whether the body contains credentials
     */
    RecordedEntry.StoredBody body(
            byte[] body, @Nullable String mediaType, Set<String> secrets, boolean hasCredentials) {
        String type = mediaType == null ? "" : mediaType;
        String text = text(body, type);
        if (text != null) {
            String masked = hasCredentials ? credentials(text, type) : byName(text);
            return new RecordedEntry.StoredBody(type, mask(masked, new SecretMatcher(secrets)), false);
        }
        return hasCredentials
                ? new RecordedEntry.StoredBody(type, LogSafe.MASK, false)
                : SecretSearcher.of(secrets).binary(body, type);
    }

    /** Returns the text of a body; null if it is not text, or not the same bytes when it is encoded again. */
    private static @Nullable String text(byte[] body, String type) {
        Charset charset = CharsetDetector.charset(type);
        if (!charset.canEncode()) {
            return null;
        }
        String text = new String(body, charset);
        boolean isText = text.chars().allMatch(c -> c >= ' ' || c == '\n' || c == '\r' || c == '\t');
        return isText && Arrays.equals(text.getBytes(charset), body) ? text : null;
    }

    /** Masks the secrets of each exchange in all of them. */
    synchronized List<RecordedEntry> all(List<RecordedEntry> entries) {
        SecretSearcher searcher = SecretSearcher.of(learned);
        return entries.stream().map(entry -> all(entry, searcher)).toList();
    }

    private static RecordedEntry all(RecordedEntry entry, SecretSearcher searcher) {
        SecretMatcher matcher = searcher.texts();
        RecordedEntry.Received received = entry.received();
        RecordedEntry.Failure failure = entry.failure();
        return new RecordedEntry(
                entry.connection(),
                all(entry.sent(), searcher),
                received == null
                        ? null
                        : new RecordedEntry.Received(
                                received.status(),
                                all(received.headers(), matcher),
                                all(received.body(), searcher),
                                received.length(),
                                received.isWhole()),
                failure == null
                        ? null
                        : new RecordedEntry.Failure(
                                failure.kind(),
                                failure.reason(),
                                matcher.mask(failure.message()),
                                failure.isStale(),
                                failure.isLasting()),
                entry.startedAt(),
                entry.elapsed(),
                entry.isWebhook());
    }

    /** Masks secrets in a request. */
    static RecordedEntry.Sent all(RecordedEntry.Sent sent, SecretSearcher searcher) {
        SecretMatcher matcher = searcher.texts();
        return new RecordedEntry.Sent(
                matcher.mask(sent.name()),
                sent.method(),
                matcher.mask(sent.url()),
                all(sent.headers(), matcher),
                all(sent.body(), searcher));
    }

    private static List<RecordedEntry.Field> all(List<RecordedEntry.Field> fields, SecretMatcher matcher) {
        return fields.stream()
                .map(field -> new RecordedEntry.Field(field.name(), matcher.mask(field.value())))
                .toList();
    }

    private static RecordedEntry.@Nullable StoredBody all(
            RecordedEntry.@Nullable StoredBody body, SecretSearcher searcher) {
        if (body == null) {
            return null;
        }
        return body.isBase64()
                ? searcher.binary(body.bytes(), body.mediaType())
                : new RecordedEntry.StoredBody(body.mediaType(), mask(body.text(), searcher.texts()), false);
    }

    private static String mask(String text, SecretMatcher matcher) {
        String masked = matcher.mask(text);
        return masked.equals(text) || !isJson(text) || isJson(masked) ? masked : quoteMasks(masked);
    }

    private static boolean isJson(String text) {
        return json(text) != null;
    }

    private static @Nullable JsonNode json(String text) {
        try {
            return JsonSupport.parse(text);
        } catch (InvalidDefinitionException e) {
            return null;
        }
    }

    /** Makes text of the masks that replace numbers. */
    private static String quoteMasks(String json) {
        StringBuilder quoted = new StringBuilder();
        boolean isInText = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean isMask = !isInText && json.startsWith(LogSafe.MASK, i);
            if (isMask) {
                quoted.append('"').append(LogSafe.MASK).append('"');
                i += LogSafe.MASK.length() - 1;
            } else {
                quoted.append(c);
            }
            if (c == '"') {
                isInText = !isInText;
            } else if (c == '\\' && isInText && i + 1 < json.length()) {
                quoted.append(json.charAt(++i));
            }
        }
        return quoted.toString();
    }

    /** Replaces the values of a response in which credentials arrive. */
    private String credentials(String text, String type) {
        JsonNode json = json(text);
        if (json != null && json.isContainerNode()) {
            return concealed("", json).toString();
        }
        if (Ascii.lowerCase(type).contains("urlencoded")) {
            StringBuilder form = new StringBuilder();
            for (String pair : text.split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? "" : pair.substring(0, equals);
                String value = PercentEncoding.decodeForm(pair.substring(equals + 1));
                boolean isShown = SHOWN.matcher(name).matches();
                form.append(form.isEmpty() ? "" : "&")
                        .append(name)
                        .append(equals < 0 ? "" : "=")
                        .append(isShown ? pair.substring(equals + 1) : placeholder(value == null ? pair : value));
            }
            return form.toString();
        }
        return text.isEmpty() ? "" : LogSafe.MASK;
    }

    private JsonNode concealed(String name, JsonNode node) {
        JsonNodeFactory factory = JsonNodeFactory.instance;
        if (node.isObject()) {
            ObjectNode members = factory.objectNode();
            node.properties()
                    .forEach(member -> members.set(member.getKey(), concealed(member.getKey(), member.getValue())));
            return members;
        }
        if (node.isArray()) {
            ArrayNode items = factory.arrayNode();
            node.forEach(item -> items.add(concealed(name, item)));
            return items;
        }
        String value = node.asText();
        if (!(node.isTextual() || node.isNumber())
                || value.isEmpty()
                || SHOWN.matcher(name).matches()) {
            return node;
        }
        if (node.isTextual() && URL.matcher(value).matches()) {
            CredentialExchange.values(value, found -> learn(Set.of(found)));
            return factory.textNode(CredentialExchange.url(value));
        }
        return factory.textNode(placeholder(value));
    }

    /** Returns the text that replaces a credential: the same for the same value, and another one for each other value. */
    private synchronized String placeholder(String value) {
        if (value.length() >= MIN_LENGTH) {
            learned.add(value);
        }
        return placeholders.computeIfAbsent(value, any -> "masked-" + (placeholders.size() + 1));
    }
}
