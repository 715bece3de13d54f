package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.text.LogSafe;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A confidential value, such as a password, an API key or a token.
 *
 * <pre>{@code
 * Secret token = Secret.fromEnv("JIRA_TOKEN");
 * Secret rotating = Secret.from(() -> vault.read("jira/token"));
 * }</pre>
 *
 * <p>{@link #toString()} returns {@code ***}, which also replaces the value in everything that the library writes: log lines,
 * exceptions, saved files. Only {@link #reveal()} returns the value. Immutable and thread-safe, if its supplier is.
 */
public final class Secret {

    /**
     * The minimum length of an assumed secret that is masked in every text. Shorter ones are masked only where they were set,
     * because other texts may contain them by chance.
     */
    static final int MIN_ASSUMED = 8;

    /**
     * The minimum length of a part of a secret, such as the value of a parameter in it, that is masked by itself. Shorter parts
     * are masked only within the whole secret.
     */
    static final int MIN_PART = 4;

    private final @Nullable String value;
    private final @Nullable Supplier<String> source;
    private final @Nullable Secret origin;
    private final UnaryOperator<String> change;
    private final @Nullable Secret other;
    private final @Nullable BinaryOperator<String> combination;
    private final boolean assumed;

    private Secret(@Nullable String value, @Nullable Supplier<String> source, boolean assumed) {
        this.value = value;
        this.source = source;
        this.origin = null;
        this.change = UnaryOperator.identity();
        this.other = null;
        this.combination = null;
        this.assumed = assumed;
    }

    private Secret(Secret origin, UnaryOperator<String> change) {
        this.value = origin.value == null ? null : notEmpty(change.apply(origin.value), "the derived value");
        this.source = null;
        this.origin = origin;
        this.change = change;
        this.other = null;
        this.combination = null;
        this.assumed = origin.assumed;
    }

    private Secret(Secret origin, Secret other, BinaryOperator<String> combination) {
        this.value = origin.value == null || other.value == null
                ? null
                : notEmpty(combination.apply(origin.value, other.value), "the derived value");
        this.source = null;
        this.origin = origin;
        this.change = UnaryOperator.identity();
        this.other = other;
        this.combination = combination;
        this.assumed = false;
    }

    /**
     * Creates a secret with a fixed value.
     *
     * @param value the value, not empty
     * @return the secret
     * @throws InvalidDefinitionException when the value is empty
     */
    public static Secret of(String value) {
        return new Secret(notEmpty(value, "the value"), null, false);
    }

    /**
     * Creates a secret from the value of an environment variable, which is read now.
     *
     * @param variable the name of the variable
     * @return the secret
     * @throws InvalidDefinitionException when the variable is not set or is empty
     */
    public static Secret fromEnv(String variable) {
        String value = System.getenv(notNull(variable, "environment variable"));
        if (value == null) {
            throw new InvalidDefinitionException(
                    "secret", "the environment variable " + LogSafe.visible(variable) + " is not set");
        }
        return of(notEmpty(value, "the environment variable " + variable));
    }

    /**
     * Creates a secret that is looked up each time it is used, for values that are rotated in a vault.
     *
     * @param source supplies the value; called on the sending thread
     * @return the secret
     */
    public static Secret from(Supplier<String> source) {
        return new Secret(null, notNull(source, "source of a secret"), false);
    }

    /** Creates a secret from plain text that an auth strategy has set. It was not declared a secret, but probably is one. */
    static Secret assumed(String value) {
        return new Secret(value, null, true);
    }

    boolean isAssumed() {
        return assumed;
    }

    /**
     * Returns a secret that is derived from this one, such as an encoded password. Where the derived secret is masked, this one
     * is masked, too.
     *
     * @param change derives the new value; called once for a fixed value, and at each use for a supplied one
     * @return the new secret
     */
    public Secret map(UnaryOperator<String> change) {
        return new Secret(this, notNull(change, "change of a secret"));
    }

    /**
     * Returns a secret that is derived from this one and another, such as user name and password. Where the derived secret is
     * masked, both are masked, too.
     *
     * @param other the other secret
     * @param change derives the new value; called once for fixed values, and at each use for supplied ones
     * @return the new secret
     */
    public Secret combine(Secret other, BinaryOperator<String> change) {
        return new Secret(this, notNull(other, "other secret"), notNull(change, "change of a secret"));
    }

    /**
     * Returns the value. Do not log it.
     *
     * @return the value, never empty
     * @throws InvalidDefinitionException when the supplier returned no value
     */
    public String reveal() {
        String now = fixed().value;
        if (now == null) {
            throw new IllegalStateException("a fixed secret has a value");
        }
        return now;
    }

    /** Returns the current value of the secret of a field, as a fixed secret. */
    static Secret fixed(Secret secret, String field) {
        return notNull(secret, "secret " + field).fixed();
    }

    /** Returns a fixed secret with the current value. Calls the supplier once. */
    Secret fixed() {
        if (value != null) {
            return this;
        }
        if (origin != null && other != null && combination != null) {
            return origin.fixed().combine(other.fixed(), combination);
        }
        return origin != null
                ? origin.fixed().map(change)
                : of(notEmpty(source == null ? null : source.get(), "the value of the supplier"));
    }

    /**
     * Passes each value that must be masked wherever this fixed secret was used to an action: its own value, and the values
     * from which it was derived.
     */
    void eachValue(Consumer<String> action) {
        action.accept(reveal());
        if (origin != null) {
            origin.eachValue(action);
        }
        if (other != null) {
            other.eachValue(action);
        }
    }

    /**
     * Returns a mask instead of the value.
     *
     * @return {@code ***}
     */
    @Override
    public String toString() {
        return LogSafe.MASK;
    }

    private static String notEmpty(@Nullable String value, String what) {
        if (value == null || value.isEmpty()) {
            throw new InvalidDefinitionException("secret", what + " is empty: a secret needs a value");
        }
        return value;
    }
}
