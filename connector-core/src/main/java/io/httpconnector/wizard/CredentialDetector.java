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
 * Detects credentials in requests and responses, at any depth. Credentials belong to the connection and must not be written
 * to files. The single detector for all importers, for samples and for saving.
 */
final class CredentialDetector {

    static final String MASK = "***";

    /** Marks a value that its source declares to be a credential, whatever its name. From Unicode's private use area. */
    static final String DECLARED_MARK = "\uE002";

    /** Values that are not credentials, whatever their names. */
    private static final Set<String> HARMLESS_VALUES = Set.of(
            "",
            MASK,
            "true",
            "false",
            "null",
            "none",
            "yes",
            "no",
            "on",
            "off",
            "undefined",
            "required",
            "optional",
            "preferred",
            "discouraged");

    /** Values of a field {@code auth} that are not credentials. */
    private static final Set<String> AUTH_SCHEMES =
            Set.of("basic", "bearer", "digest", "oauth", "oauth2", "apikey", "api_key", "inherit", "ntlm", "anonymous");

    /** A value that looks randomly generated: {@code key=AIzaSy...}. */
    private static final Pattern RANDOM = Pattern.compile("(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_+/=.~-]{16,}");

    private static final Set<String> NAMES_OF_RANDOM_KEYS =
            Set.of("key", "code", "sid", "appid", "user_key", "routing_key", "hapikey");

    /** The text around a pill: an authentication scheme, the name of a cookie, or punctuation. */
    private static final Pattern BESIDE_A_PILL = Pattern.compile(
            "[\\s;,&:\"'/]*(?:([A-Za-z][A-Za-z0-9-]{0,40}) )?(?:[A-Za-z_][\\w-]{0,60}=)?[\"']?[\\s;,]*");

    private static final Pattern SCHEME = Pattern.compile(
            "(?i)basic|bearer|digest|bot|ssws|oauth|hawk|negotiate|ntlm|dpop|mac|splunk|aws4-hmac-sha256|.*(key|token|auth|jwt).*");

    private static final int MAX_DEPTH = 200;
    private static final int MAX_TOKEN = 2000;

    private CredentialDetector() {}

    /** Supplies the replacement of a credential. */
    @FunctionalInterface
    interface CredentialReplacement {
        /**
         * Returns the replacement.
         *
         * @param pointer the JSON Pointer of the credential
         * @param credential the credential
         */
        JsonNode of(String pointer, JsonNode credential);
    }

    static boolean isCredential(String name) {
        return CredentialNames.isCredential(name);
    }

    /** Whether a field with this value contains a credential. */
    static boolean isCredential(String name, String value) {
        return isCredential(CredentialNames.typeOf(name), TextNode.valueOf(value), name)
                || isUrlWithCredential(value)
                || isToken(value);
    }

    /** Whether the whole value is a credential that is recognisable by its format. */
    private static boolean isToken(String value) {
        return value.length() <= MAX_TOKEN && CredentialMasker.maskValue(value).equals(MASK) && !value.equals(MASK);
    }

    static boolean isRandom(String value) {
        return RANDOM.matcher(value).matches();
    }

    /**
     * Like {@link #isCredential(String, String)}, for query parameters, where short names such as {@code key} are used for
     * long keys.
     */
    static boolean isCredentialParameter(String name, String value) {
        return isCredential(name, value)
                || (NAMES_OF_RANDOM_KEYS.contains(name.toLowerCase(Locale.ROOT))
                        && RANDOM.matcher(value).matches());
    }

    private static boolean isUrlWithCredential(String value) {
        return value.contains("://") && !CredentialMasker.find(value, false).isEmpty();
    }

    private static boolean isCredential(CredentialType kind, JsonNode value, String name) {
        if (kind == CredentialType.NONE || !value.isValueNode() || value.isBoolean() || value.isNull()) {
            return false;
        }
        String text = value.asText();
        boolean isNumber = text.matches("-?[0-9]{1,15}(\\.[0-9]{1,9})?");
        return switch (kind) {
            case ALL -> holdsLiteralText(text);
            case TEXTS -> !isNumber && holdsLiteralText(text);
            case TEXT ->
                value.isTextual()
                        && holdsLiteralText(text)
                        && !(AUTH_SCHEMES.contains(text.toLowerCase(Locale.ROOT))
                                && name.toLowerCase(Locale.ROOT).contains("auth"));
            case DIGITS -> text.matches("[0-9]{4,12}");
            default -> false;
        };
    }

    /** Whether a text contains literal text other than pills, as {@link LiteralTextReader} marks them. */
    static boolean holdsLiteralText(String text) {
        if (text.indexOf(LiteralTextReader.PILL_MARK) < 0) {
            return !HARMLESS_VALUES.contains(text.strip().toLowerCase(Locale.ROOT));
        }
        for (String literal : text.split(String.valueOf(LiteralTextReader.PILL_MARK), -1)) {
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

    /** Returns the names and locations of the credentials in a request definition. */
    static List<String> findInDefinition(ObjectNode definition) {
        ObjectNode plain = (ObjectNode) LiteralTextReader.of(definition).read(definition);
        List<String> found = new ArrayList<>();
        add(CredentialMasker.find(plain.path("url").asText(), true), "", found);
        for (JsonNode pair : plain.path("query")) {
            checkPair(pair, true, found);
        }
        for (String list : List.of("/headers", "/body/form", "/body/multipart")) {
            for (JsonNode pair : plain.at(list)) {
                checkPair(pair, false, found);
            }
        }
        findPointers(plain.at("/body/json")).forEach(pointer -> add(pointer, " in the JSON body", found));
        for (String text : List.of("/body/jsonText", "/body/xml", "/body/text", "/body/bytes")) {
            checkText(plain.at(text).asText(), found);
        }
        return found;
    }

    private static void checkPair(JsonNode pair, boolean isParameter, List<String> found) {
        String name = pair.path("name").asText();
        String value = pair.path("value").asText();
        boolean isCredential = isParameter ? isCredentialParameter(name, value) : isCredential(name, value);
        if (isCredential) {
            add(name, "", found);
        } else {
            checkText(value, found);
        }
    }

    /** Checks a text that may be JSON. */
    private static void checkText(String text, List<String> found) {
        JsonNode tree = parseOrNull(text);
        if (tree == null) {
            add(CredentialMasker.find(text, true), "", found);
        } else {
            findPointers(tree).forEach(pointer -> add(pointer, "", found));
        }
    }

    private static @Nullable JsonNode parseOrNull(String text) {
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

    /** Returns the JSON Pointers of the credentials in a tree. */
    static List<String> findPointers(JsonNode tree) {
        List<String> pointers = new ArrayList<>();
        JsonNode unused = replace(tree, (pointer, credential) -> {
            pointers.add(pointer);
            return credential;
        });
        return pointers;
    }

    /** Returns a copy in which credentials are masked at any depth. */
    static JsonNode mask(JsonNode value) {
        return replace(value, (pointer, credential) -> {
            String text = credential.asText();
            String masked = CredentialMasker.maskValue(text);
            boolean isPart = credential.isTextual()
                    && !masked.equals(text)
                    && (text.contains("://") || CredentialMasker.isGraphQl(text));
            return TextNode.valueOf(isPart ? masked : MASK);
        });
    }

    /** Returns a text in which credentials are masked; the text may be JSON. */
    static String mask(String text) {
        JsonNode tree = parseOrNull(text);
        return tree == null ? CredentialMasker.mask(text) : mask(tree).toString();
    }

    /** Returns a copy in which each credential is replaced. */
    static JsonNode replace(JsonNode value, CredentialReplacement replacement) {
        return replace(value, "", "", CredentialType.NONE, replacement, 0);
    }

    private static JsonNode replace(
            JsonNode value,
            String pointer,
            String name,
            CredentialType kind,
            CredentialReplacement replacement,
            int depth) {
        if (depth > MAX_DEPTH) {
            return value;
        }
        if (value instanceof ObjectNode object) {
            ObjectNode copy = object.objectNode();
            CredentialType named = typeOfNameValuePair(object);
            object.properties().forEach(member -> {
                String key = member.getKey();
                CredentialType own = CredentialNames.typeOf(key);
                boolean isPart = !key.equals("$as") && !CredentialNames.isDescription(key);
                CredentialType below = kind.compareTo(CredentialType.TEXTS) >= 0 && isPart ? kind : CredentialType.NONE;
                CredentialType paired = key.equalsIgnoreCase("value") ? named : CredentialType.NONE;
                CredentialType max = max(max(own, below), paired);
                String at = pointer + "/" + key.replace("~", "~0").replace("/", "~1");
                copy.set(key, replace(member.getValue(), at, key, max, replacement, depth + 1));
            });
            return copy;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode copy = array.arrayNode();
            for (int i = 0; i < array.size(); i++) {
                copy.add(replace(array.get(i), pointer + "/" + i, name, kind, replacement, depth + 1));
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

    /** Returns the type by the name in a pair {@code {"name": "password", "value": "..."}}. */
    private static CredentialType typeOfNameValuePair(ObjectNode object) {
        CredentialType kind = CredentialType.NONE;
        for (String member : List.of("name", "key", "Name", "Key", "field")) {
            JsonNode name = object.path(member);
            kind = name.isTextual() && kind == CredentialType.NONE ? CredentialNames.typeOf(name.textValue()) : kind;
        }
        return kind;
    }

    /** Whether a string contains a credential: JSON in a string, a URL with a password, a private key. */
    private static boolean holdsCredential(String text) {
        if (text.length() < 8) {
            return text.contains(DECLARED_MARK);
        }
        JsonNode tree = parseOrNull(text);
        return tree == null
                ? !CredentialMasker.find(text, false).isEmpty()
                : !findPointers(tree).isEmpty();
    }
}
