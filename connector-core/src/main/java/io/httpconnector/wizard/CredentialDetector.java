package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.wizard.CredentialNames.CredentialType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds credentials in requests and responses, at any depth: these belong to the connection, and into no file. The only detector
 * for all importers, for samples and for saving.
 */
final class CredentialDetector {

    static final String MASK = "***";

    /** Stands for a value that its source declares to be a credential, whatever its name; of the private use area of Unicode. */
    static final String DECLARED = "\uE002";

    /** What is no credential, whatever its name. */
    private static final Set<String> HARMLESS =
            Set.of("", MASK, "true", "false", "null", "none", "yes", "no", "on", "off", "undefined");

    /** What the value of a field {@code auth} may be, beside a credential. */
    private static final Set<String> SCHEMES =
            Set.of("basic", "bearer", "digest", "oauth", "oauth2", "apikey", "api_key", "inherit", "ntlm", "anonymous");

    /** A value that no person has thought of: {@code key=AIzaSy...}. */
    private static final Pattern RANDOM = Pattern.compile("(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_+/=.~-]{16,}");

    private static final Set<String> OFTEN_RANDOM =
            Set.of("key", "code", "sid", "appid", "user_key", "routing_key", "hapikey");

    /** The text beside a pill: the scheme of a header, the name of a cookie, or punctuation. */
    private static final Pattern BESIDE_A_PILL = Pattern.compile(
            "[\\s;,&:\"'/]*(?:([A-Za-z][A-Za-z0-9-]{0,40}) )?(?:[A-Za-z_][\\w-]{0,60}=)?[\"']?[\\s;,]*");

    private static final Pattern SCHEME = Pattern.compile(
            "(?i)basic|bearer|digest|bot|ssws|oauth|hawk|negotiate|ntlm|dpop|mac|splunk|aws4-hmac-sha256|.*(key|token|auth|jwt).*");

    private static final int MAX_DEPTH = 200;
    private static final int MAX_TOKEN = 2000;

    private CredentialDetector() {}

    /** What takes the place of a credential. */
    @FunctionalInterface
    interface Replacement {
        /**
         * The value to be put there.
         *
         * @param pointer the JSON Pointer of the credential
         * @param credential the credential
         */
        JsonNode of(String pointer, JsonNode credential);
    }

    static boolean isCredential(String name) {
        return CredentialNames.isCredential(name);
    }

    /** Whether a field with this value carries a credential. */
    static boolean isCredential(String name, String value) {
        return isCredential(CredentialNames.kind(name), TextNode.valueOf(value), name)
                || isUrlWithCredential(value)
                || isToken(value);
    }

    /** Whether a value is nothing but a credential that says itself what it is. */
    private static boolean isToken(String value) {
        return value.length() <= MAX_TOKEN && CredentialText.maskedValue(value).equals(MASK) && !value.equals(MASK);
    }

    static boolean isRandom(String value) {
        return RANDOM.matcher(value).matches();
    }

    /** The same for query parameters, where short names such as {@code key} are used for long keys. */
    static boolean isCredentialParameter(String name, String value) {
        return isCredential(name, value)
                || (OFTEN_RANDOM.contains(name.toLowerCase(Locale.ROOT))
                        && RANDOM.matcher(value).matches());
    }

    private static boolean isUrlWithCredential(String value) {
        return value.contains("://") && !CredentialText.find(value, false).isEmpty();
    }

    private static boolean isCredential(CredentialType kind, JsonNode value, String name) {
        if (kind == CredentialType.NONE || !value.isValueNode() || value.isBoolean() || value.isNull()) {
            return false;
        }
        String text = value.asText();
        boolean isNumber = text.matches("-?[0-9]{1,15}(\\.[0-9]{1,9})?");
        return switch (kind) {
            case ALL -> isWritten(text);
            case TEXTS -> !isNumber && isWritten(text);
            case TEXT ->
                value.isTextual()
                        && isWritten(text)
                        && !(SCHEMES.contains(text.toLowerCase(Locale.ROOT))
                                && name.toLowerCase(Locale.ROOT).contains("auth"));
            case DIGITS -> text.matches("[0-9]{4,12}");
            default -> false;
        };
    }

    /** Whether a text holds more than pills, as {@link TemplateTexts} leaves them. */
    static boolean isWritten(String text) {
        if (text.indexOf(TemplateTexts.PILL) < 0) {
            return !HARMLESS.contains(text.strip().toLowerCase(Locale.ROOT));
        }
        for (String literal : text.split(String.valueOf(TemplateTexts.PILL), -1)) {
            var matcher = BESIDE_A_PILL.matcher(literal);
            boolean isBeside = matcher.matches()
                    && (matcher.group(1) == null
                            || SCHEME.matcher(matcher.group(1)).matches());
            if (!isBeside) {
                return true;
            }
        }
        return false;
    }

    /** The credentials that are written down in the definition of a request: where, and by which name. */
    static List<String> in(ObjectNode definition) {
        ObjectNode plain = (ObjectNode) TemplateTexts.of(definition).read(definition);
        List<String> found = new ArrayList<>();
        add(CredentialText.find(plain.path("url").asText(), true), "", found);
        for (JsonNode pair : plain.path("query")) {
            pair(pair, true, found);
        }
        for (String list : List.of("/headers", "/body/form", "/body/multipart")) {
            for (JsonNode pair : plain.at(list)) {
                pair(pair, false, found);
            }
        }
        found(plain.at("/body/json")).forEach(pointer -> add(pointer, " in the JSON body", found));
        for (String text : List.of("/body/jsonText", "/body/xml", "/body/text", "/body/bytes")) {
            whole(plain.at(text).asText(), found);
        }
        return found;
    }

    private static void pair(JsonNode pair, boolean isParameter, List<String> found) {
        String name = pair.path("name").asText();
        String value = pair.path("value").asText();
        boolean isCredential = isParameter ? isCredentialParameter(name, value) : isCredential(name, value);
        if (isCredential) {
            add(name, "", found);
        } else {
            whole(value, found);
        }
    }

    /** A text that may be JSON. */
    private static void whole(String text, List<String> found) {
        JsonNode tree = parsed(text);
        if (tree == null) {
            add(CredentialText.find(text, true), "", found);
        } else {
            found(tree).forEach(pointer -> add(pointer, "", found));
        }
    }

    private static @Nullable JsonNode parsed(String text) {
        String start = text.stripLeading();
        if (!start.startsWith("{") && !start.startsWith("[")) {
            return null;
        }
        try {
            return JsonSupport.parse(text);
        } catch (InvalidDefinitionException e) {
            return null;
        }
    }

    private static void add(String name, String where, List<String> found) {
        if (!name.isEmpty()) {
            found.add(name + where);
        }
    }

    /** The JSON Pointers of the credentials in a tree. */
    static List<String> found(JsonNode tree) {
        List<String> pointers = new ArrayList<>();
        JsonNode unused = replaced(tree, (pointer, credential) -> {
            pointers.add(pointer);
            return credential;
        });
        return pointers;
    }

    /** A copy in which the credentials are masked, wherever they are. */
    static JsonNode masked(JsonNode value) {
        return replaced(value, (pointer, credential) -> {
            String text = credential.asText();
            String masked = CredentialText.maskedValue(text);
            boolean isPart = credential.isTextual()
                    && !masked.equals(text)
                    && (text.contains("://") || CredentialText.isGraphQl(text));
            return TextNode.valueOf(isPart ? masked : MASK);
        });
    }

    /** A text in which the credentials are masked, JSON or not. */
    static String masked(String text) {
        JsonNode tree = parsed(text);
        return tree == null ? CredentialText.masked(text) : masked(tree).toString();
    }

    /** A copy in which each credential is replaced. */
    static JsonNode replaced(JsonNode value, Replacement replacement) {
        return replaced(value, "", "", CredentialType.NONE, replacement, 0);
    }

    private static JsonNode replaced(
            JsonNode value, String pointer, String name, CredentialType kind, Replacement replacement, int depth) {
        if (depth > MAX_DEPTH) {
            return value;
        }
        if (value instanceof ObjectNode object) {
            ObjectNode copy = object.objectNode();
            CredentialType named = named(object);
            object.properties().forEach(member -> {
                String key = member.getKey();
                CredentialType own = CredentialNames.kind(key);
                CredentialType below =
                        kind.compareTo(CredentialType.TEXTS) >= 0 && !key.equals("$as") ? kind : CredentialType.NONE;
                CredentialType paired = key.equalsIgnoreCase("value") ? named : CredentialType.NONE;
                CredentialType max = max(max(own, below), paired);
                String at = pointer + "/" + key.replace("~", "~0").replace("/", "~1");
                copy.set(key, replaced(member.getValue(), at, key, max, replacement, depth + 1));
            });
            return copy;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode copy = array.arrayNode();
            for (int i = 0; i < array.size(); i++) {
                copy.add(replaced(array.get(i), pointer + "/" + i, name, kind, replacement, depth + 1));
            }
            return copy;
        }
        boolean isCredential =
                isCredential(kind, value, name) || (value.isTextual() && holdsCredential(value.textValue()));
        return isCredential ? replacement.of(pointer, value) : value;
    }

    private static CredentialType max(CredentialType a, CredentialType b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    /** A pair {@code {"name": "password", "value": "..."}}. */
    private static CredentialType named(ObjectNode object) {
        CredentialType kind = CredentialType.NONE;
        for (String member : List.of("name", "key", "Name", "Key", "field")) {
            JsonNode name = object.path(member);
            kind = name.isTextual() && kind == CredentialType.NONE ? CredentialNames.kind(name.textValue()) : kind;
        }
        return kind;
    }

    /** JSON in a text, a URL with a password, a private key. */
    private static boolean holdsCredential(String text) {
        if (text.length() < 8) {
            return text.contains(DECLARED);
        }
        JsonNode tree = parsed(text);
        return tree == null
                ? !CredentialText.find(text, false).isEmpty()
                : !found(tree).isEmpty();
    }
}
