package io.httpconnector.internal.http;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.LogSafe;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Restores the secrets in fields that were changed in their masked form. */
public final class MaskedFields {

    private MaskedFields() {}

    /**
     * Returns the changed fields with the original ones in place of masked ones: of those that were not changed, or copied by name
     * and value.
     *
     * @param changed the fields, some of which are masked
     * @param masked the original fields with masks instead of secrets, in the same order
     * @param original the original fields
     * @param what the kind of the fields
     * @throws InvalidDefinitionException if a mask is ambiguous, or is not that of a field
     */
    public static NameValuePairs restored(
            NameValuePairs changed, NameValuePairs masked, NameValuePairs original, String what) {
        return changed.map(field -> restored(field, masked.array(), original.array(), what));
    }

    @SuppressWarnings("ReferenceEquality") // A field that was not changed is the same object.
    private static NameValuePair restored(
            NameValuePair field, NameValuePair[] masked, NameValuePair[] original, String what) {
        for (int i = 0; i < masked.length; i++) {
            if (field == masked[i]) {
                return original[i];
            }
        }
        if (field.isSensitive() || !field.value().contains(LogSafe.MASK)) {
            return field.revealed();
        }
        List<NameValuePair> meant = IntStream.range(0, masked.length)
                .filter(i -> masked[i].name().equalsIgnoreCase(field.name())
                        && masked[i].value().equals(field.value()))
                .mapToObj(i -> original[i])
                .distinct()
                .toList();
        if (meant.size() == 1) {
            return meant.get(0);
        }
        if (Arrays.stream(masked).noneMatch(NameValuePair::isSensitive)) {
            return field;
        }
        throw new InvalidDefinitionException(
                "request",
                "an interceptor sets the " + what + " " + field.name()
                        + " to a value with ***, which stands for a secret that interceptors do not see: leave the field of the"
                        + " request as it is, or set it to a value of its own");
    }
}
