package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.text.LogSafe;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A value that must not be seen: a password, an API key, a token.
 *
 * <pre>{@code
 * Secret token = Secret.fromEnv("JIRA_TOKEN");
 * Secret rotating = Secret.from(() -> vault.read("jira/token"));
 * }</pre>
 *
 * <p>{@link #toString()} shows {@code ***}, and so does whatever the library writes: log lines, exceptions, saved files.
 * Only {@link #reveal()} gives the value away. A secret is immutable and safe for many threads, as far as its supplier is.
 */
public final class Secret {

    /** Shorter values of an assumed secret are masked where they stand, and not in every text that happens to hold them. */
    static final int MIN_ASSUMED = 8;

    /** Shorter parts of a secret, such as the values of parameters in it, are masked with the whole secret only. */
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
        this.value = origin.value == null ? null : notEmpty(change.apply(origin.value), "what was made of it");
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
                : notEmpty(combination.apply(origin.value, other.value), "what was made of it");
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
     * Creates a secret that is the value of an environment variable, read now.
     *
     * @param variable the name of the variable
     * @return the secret
     * @throws InvalidDefinitionException when the variable is not set, or empty
     */
    public static Secret fromEnv(String variable) {
        return of(notEmpty(System.getenv(variable), "the environment variable " + variable));
    }

    /**
     * Creates a secret that is looked up each time that it is used: for values that a vault rotates.
     *
     * @param source gives the value; called by the thread that sends
     * @return the secret
     */
    public static Secret from(Supplier<String> source) {
        return new Secret(null, notNull(source, "source of a secret"), false);
    }

    /** What an auth strategy put in as plain text: nobody said that it is a secret, but it is likely to be one. */
    static Secret assumed(String value) {
        return new Secret(value, null, true);
    }

    boolean isAssumed() {
        return assumed;
    }

    /**
     * Returns a secret that is made from this one, such as an encoded password. Where the result is masked, this one is masked too.
     *
     * @param change makes the new value; called once for a fixed value, at each use for a supplied one
     * @return the new secret
     */
    public Secret map(UnaryOperator<String> change) {
        return new Secret(this, notNull(change, "change of a secret"));
    }

    /**
     * Returns a secret that is made from this one and another, such as user name and password. Where the result is masked, both are.
     *
     * @param other the other secret
     * @param change makes the new value; called once for fixed values, at each use for supplied ones
     * @return the new secret
     */
    public Secret combine(Secret other, BinaryOperator<String> change) {
        return new Secret(this, notNull(other, "other secret"), notNull(change, "change of a secret"));
    }

    /**
     * Gives the value away. Don't log it.
     *
     * @return the value, never empty
     * @throws InvalidDefinitionException when the supplier gave nothing
     */
    public String reveal() {
        String now = fixed().value;
        if (now == null) {
            throw new IllegalStateException("a fixed secret has a value");
        }
        return now;
    }

    /** Returns the secret that a field holds, as it is now. */
    static Secret fixed(Secret secret, String field) {
        return notNull(secret, "secret " + field).fixed();
    }

    /** Returns this secret as it is now: the source is asked once, and no more. */
    Secret fixed() {
        if (value != null) {
            return this;
        }
        if (origin != null && other != null && combination != null) {
            return origin.fixed().combine(other.fixed(), combination);
        }
        return origin != null
                ? origin.fixed().map(change)
                : of(notEmpty(source == null ? null : source.get(), "what the supplier gave"));
    }

    /** Passes on each value that must be hidden wherever this fixed secret was used: its own, and those it was made from. */
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
     * Shows that there is a secret, and nothing of it.
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
