package io.httpconnector.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.text.CredentialParts;
import io.httpconnector.internal.text.SecretMatcher;
import java.io.IOException;
import java.io.Writer;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A mask for all secrets and tokens that the command has read, in all that it prints: also where a service echoes them in a body,
 * record or event of any size, in every spelling that {@link SecretMatcher} recognizes. Thread-safe.
 */
final class SecretMask {

    /** Shorter secrets occur in texts by chance. Where they were set, they are masked by the library. */
    private static final int MIN_LENGTH = 4;

    /** Longer texts do not contain it by chance. */
    private static final int MIN_CERTAIN_LENGTH = 8;

    /** The members of saved tokens, and of keys in JSON, that are secret. */
    private static final Pattern SECRET_MEMBER =
            Pattern.compile("(?i).*(token|secret|password|verifier|private_?key).*");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Set<String> values = new LinkedHashSet<>();
    private volatile SecretMatcher matcher = new SecretMatcher(values);

    /** Masks a value from now on, and the credentials in it. */
    synchronized void add(String secret) {
        Set<String> added = new LinkedHashSet<>();
        if (secret.length() >= MIN_LENGTH) {
            added.add(secret);
        }
        if (secret.startsWith("{")) {
            addMembers(secret, added);
        } else {
            CredentialParts.find(secret, MIN_LENGTH, added::add);
        }
        if (values.addAll(added)) {
            matcher = new SecretMatcher(values);
        }
    }

    private static void addMembers(String json, Set<String> found) {
        try {
            addMembers(MAPPER.readTree(json), found);
        } catch (JsonProcessingException e) {
            // No JSON: the text is masked as a whole.
        }
    }

    private static void addMembers(JsonNode node, Set<String> found) {
        node.properties().forEach(member -> {
            JsonNode value = member.getValue();
            if (value.isTextual()
                    && value.textValue().length() >= MIN_LENGTH
                    && SECRET_MEMBER.matcher(member.getKey()).matches()) {
                found.add(value.textValue());
            }
            addMembers(value, found);
        });
    }

    /** Returns whether a secret is in a text that is saved; shorter ones may be there by chance. */
    synchronized boolean isIn(String text) {
        Set<String> certain = values.stream()
                .filter(value -> value.length() >= MIN_CERTAIN_LENGTH)
                .collect(Collectors.toSet());
        return !new SecretMatcher(certain).mask(text).equals(text);
    }

    String mask(String text) {
        return matcher.mask(text);
    }

    /** Masks the texts and numbers of a JSON value, which stays JSON. */
    JsonNode mask(JsonNode node) {
        if (node.isObject()) {
            ObjectNode masked = JsonNodeFactory.instance.objectNode();
            node.properties().forEach(member -> masked.set(mask(member.getKey()), mask(member.getValue())));
            return masked;
        }
        if (node.isArray()) {
            ArrayNode masked = JsonNodeFactory.instance.arrayNode(node.size());
            node.forEach(element -> masked.add(mask(element)));
            return masked;
        }
        String text = node.asText();
        String masked = mask(text);
        return masked.equals(text) ? node : JsonNodeFactory.instance.textNode(masked);
    }

    /**
     * Returns a writer that masks each text that is written at once, such as a line, and makes it printable.
     *
     * @param hasStyles whether the sequences for colours and styles stay
     */
    Writer masking(Writer target, boolean hasStyles) {
        return new Masking(target, hasStyles);
    }

    private final class Masking extends Writer {

        private final Writer target;

        private final boolean hasStyles;

        Masking(Writer target, boolean hasStyles) {
            this.target = target;
            this.hasStyles = hasStyles;
        }

        private String printable(String text) {
            String masked = mask(text);
            return hasStyles ? PrintableText.styled(masked) : PrintableText.of(masked);
        }

        @Override
        public void write(char[] characters, int from, int length) throws IOException {
            target.write(printable(new String(characters, from, length)));
        }

        @Override
        public void write(String text, int from, int length) throws IOException {
            target.write(printable(text.substring(from, from + length)));
        }

        @Override
        public void flush() throws IOException {
            target.flush();
        }

        @Override
        public void close() throws IOException {
            target.close();
        }
    }
}
