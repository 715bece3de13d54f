package io.httpconnector.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.LogSafe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the members of a JSON document that a class ignores although it has a property of nearly the same name, such as
 * {@code order_id} and {@code orderId}: without a message, the property would be null. Used for one document.
 */
public final class MismatchedNames extends DeserializationProblemHandler {

    private record Mismatch(Class<?> type, String member, String property) {}

    private final List<Mismatch> mismatches = new ArrayList<>();

    @Override
    public boolean handleUnknownProperty(
            DeserializationContext context,
            JsonParser parser,
            JsonDeserializer<?> deserializer,
            Object beanOrClass,
            String member) {
        Collection<Object> known = deserializer.getKnownPropertyNames();
        if (known != null) {
            String plain = plain(member);
            for (Object property : known) {
                if (plain(String.valueOf(property)).equals(plain)) {
                    Class<?> type = beanOrClass instanceof Class<?> one ? one : beanOrClass.getClass();
                    mismatches.add(new Mismatch(type, member, String.valueOf(property)));
                }
            }
        }
        // False: the member is ignored as usual.
        return false;
    }

    /**
     * Returns whether two different names differ only in case, hyphens, underscores, dots and spaces.
     *
     * @param a a name
     * @param b another name
     * @return true if one is probably meant to be the other
     */
    public static boolean areSimilar(String a, String b) {
        return !a.equals(b) && plain(a).equals(plain(b));
    }

    private static String plain(String name) {
        return Ascii.lowerCase(name).replaceAll("[-_. ]", "");
    }

    boolean isEmpty() {
        return mismatches.isEmpty();
    }

    /**
     * Checks the mismatches against the document: a member is ignored on purpose if its object has the property, too.
     *
     * @throws JsonMappingException when a property stayed empty because its name is written differently
     */
    void check(JsonNode document) throws IOException {
        for (Mismatch mismatch : mismatches) {
            boolean isMissing =
                    document.findParents(mismatch.member).stream().anyMatch(object -> !object.has(mismatch.property));
            if (isMissing) {
                throw new JsonMappingException(null, message(mismatch));
            }
        }
    }

    private static String message(Mismatch mismatch) {
        String member = LogSafe.visible(mismatch.member);
        return "its member \"" + member + "\" is not the property \"" + mismatch.property + "\" of "
                + mismatch.type.getSimpleName() + ": annotate the property with @JsonProperty(\"" + member
                + "\") or the class with @JsonNaming, ignore the member with @JsonIgnoreProperties, or set a mapper with"
                + " jsonMapping(...)";
    }

    /** Returns a text with the reason why Jackson can't create an object, and what the user can do. */
    static @Nullable String advice(String reason) {
        if (reason.contains("`tools.jackson.")) {
            return "types of Jackson 3 need jsonMapping(Jackson3Mapping.of(mapper)) of the module connector-jackson3";
        }
        if (reason.contains("not supported by default")) {
            return "add that module to the class path, or set a mapper with jsonMapping(...)";
        }
        if (reason.contains("no Creators") || reason.contains("Cannot construct instance")) {
            return "Kotlin and similar classes need their Jackson module on the class path, such as jackson-module-kotlin;"
                    + " or set a mapper with jsonMapping(...)";
        }
        return null;
    }
}
