package io.httpconnector.auth;

import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A strategy with additions, such as a header field with the version of an API. The additions are applied first, so that a signature
 * covers them. Immutable; thread-safe if the strategy is.
 *
 * <pre>{@code
 * .auth(CombinedAuth.of(CustomAuth.header("Notion-Version", "2022-06-28"), oauth2))
 * }</pre>
 */
public final class CombinedAuth implements AuthStrategy {

    private final Function<Map<String, String>, CustomAuth> additions;
    private final boolean usesFields;
    private final AuthStrategy strategy;

    private CombinedAuth(
            Function<Map<String, String>, CustomAuth> additions, boolean usesFields, AuthStrategy strategy) {
        this.usesFields = usesFields;
        this.additions = additions;
        this.strategy = strategy;
    }

    /**
     * Combines additions and a strategy.
     *
     * @param additions the additions to each request, and values for the base URL
     * @param strategy the strategy, which is applied afterwards, and whose values for the base URL replace those of the additions
     * @return the strategy
     * @throws InvalidDefinitionException if one of them is null
     */
    public static CombinedAuth of(CustomAuth additions, AuthStrategy strategy) {
        if (additions == null || strategy == null) {
            throw new InvalidDefinitionException(
                    "combined auth", List.of("additions and strategy: one of them is null"));
        }
        return new CombinedAuth(fields -> additions, false, strategy);
    }

    /**
     * Combines a strategy and additions that depend on values that it receives with its tokens, such as a header field with
     * the tenant of a token.
     *
     * @param additions creates the additions of each request from the strategy's values for the base URL, by name
     * @param strategy the strategy, which is applied afterwards
     * @return the strategy
     * @throws InvalidDefinitionException if one of them is null
     */
    public static CombinedAuth of(Function<Map<String, String>, CustomAuth> additions, AuthStrategy strategy) {
        if (additions == null || strategy == null) {
            throw new InvalidDefinitionException(
                    "combined auth", List.of("additions and strategy: one of them is null"));
        }
        return new CombinedAuth(additions, true, strategy);
    }

    /**
     * Returns the strategy that is applied after all additions.
     *
     * @param strategy a strategy, combined or not
     * @return the strategy without additions
     */
    public static AuthStrategy withoutAdditions(AuthStrategy strategy) {
        AuthStrategy inner = strategy;
        while (inner instanceof CombinedAuth combined) {
            inner = combined.strategy;
        }
        return inner;
    }

    @Override
    public AuthStrategy open(AuthContext context) {
        return new CombinedAuth(additions, usesFields, strategy.open(context));
    }

    @Override
    public Request apply(Request request) {
        return strategy.apply(additions(request).apply(request));
    }

    @Override
    public boolean refresh(Request rejected, Response response) {
        return strategy.refresh(rejected, response);
    }

    @Override
    public void accepted(Request sent, Response response) {
        strategy.accepted(sent, response);
    }

    @Override
    public Map<String, String> fields(Request request) {
        Map<String, String> known = strategy.fields(request);
        Map<String, String> fields = new HashMap<>(additions.apply(known).fields(request));
        fields.putAll(known);
        return fields;
    }

    @Override
    public Map<String, Secret> secretFields(Request request) {
        Map<String, Secret> fields = new HashMap<>(additions(request).secretFields(request));
        fields.putAll(strategy.secretFields(request));
        return fields;
    }

    private CustomAuth additions(Request request) {
        return additions.apply(usesFields ? strategy.fields(request) : Map.of());
    }

    @Override
    public void close() {
        strategy.close();
    }

    @Override
    public String toString() {
        return strategy.toString();
    }
}
