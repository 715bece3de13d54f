package io.httpconnector.webhook;

import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The secrets to which a definition refers by name. Immutable.
 *
 * @param source returns the secret of a name; null if there is none
 * @param problem returns the message about an unknown name
 */
record SecretNames(Function<String, @Nullable Secret> source, UnaryOperator<String> problem) {

    static SecretNames of(Map<String, Secret> secrets) {
        Map<String, Secret> known = Map.copyOf(Arguments.notNull(secrets, "secrets of a definition"));
        return new SecretNames(known::get, name -> unknown(name, ", use one of " + new TreeSet<>(known.keySet())));
    }

    static SecretNames of(Function<String, @Nullable Secret> source) {
        return new SecretNames(Arguments.notNull(source, "secrets of a definition"), name -> unknown(name, ""));
    }

    /**
     * Returns secrets with an advice for missing ones.
     *
     * @param advice returns the end of the message about a missing secret
     */
    static SecretNames of(Function<String, @Nullable Secret> source, UnaryOperator<String> advice) {
        Arguments.notNull(advice, "advice for a missing secret");
        return new SecretNames(
                Arguments.notNull(source, "secrets of a definition"),
                name -> "the secret \"" + Texts.visible(name) + "\" is missing: " + advice.apply(name));
    }

    @Nullable Secret find(String name) {
        return source.apply(name);
    }

    /** Returns the message about an unknown name. */
    String unknown(String name) {
        return problem.apply(name);
    }

    private static String unknown(String name, String advice) {
        return "the secret \"" + Texts.visible(name) + "\" is unknown" + advice;
    }
}
