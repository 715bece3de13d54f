package io.httpconnector.auth.definition;

import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import io.httpconnector.auth.oauth2.TokenStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One way to authenticate of an {@link AuthDefinition}, and what a user enters for it. For one thread; what it builds is for all. */
public final class AuthMethod {

    private final AuthDefinition definition;
    private final String strategy;
    private final Map<String, InputField> fields = new LinkedHashMap<>();
    private final StrategyFactory.Recipe recipe;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Object> given = new LinkedHashMap<>();
    private @Nullable String redirectUri;
    private @Nullable TokenStore tokens;
    private @Nullable String account;

    AuthMethod(AuthDefinition definition, String strategy, List<InputField> fields, StrategyFactory.Recipe recipe) {
        this.definition = definition;
        this.strategy = strategy;
        this.recipe = recipe;
        fields.forEach(field -> this.fields.put(field.name(), field));
    }

    /**
     * Sets what was entered for a field.
     *
     * @param field the name of the field
     * @param value what was entered
     * @return this
     */
    public AuthMethod value(String field, String value) {
        return put(field, value);
    }

    /**
     * Sets what was entered for a field that is a secret.
     *
     * @param field the name of the field
     * @param value what was entered; one by {@link Secret#from} is looked up each time that it is used
     * @return this
     */
    public AuthMethod value(String field, Secret value) {
        return put(field, value);
    }

    private AuthMethod put(String name, @Nullable Object value) {
        if (!fields.containsKey(name)) {
            problems.add(name + ": there is no such field, but " + fields.keySet());
        } else if (value == null) {
            problems.add(name + ": it is null");
        } else {
            given.put(name, value);
        }
        return this;
    }

    /**
     * Where an authorization server sends the browser back to; for OAuth 2.
     *
     * @param uri an absolute URI
     * @return this
     */
    public AuthMethod redirectUri(String uri) {
        this.redirectUri = uri;
        return this;
    }

    /**
     * Where tokens are kept, and whose they are; for OAuth 2.
     *
     * @param store the store
     * @param account the key, such as the id of a customer
     * @return this
     */
    public AuthMethod tokenStore(TokenStore store, String account) {
        this.tokens = store;
        this.account = account;
        return this;
    }

    void applyTo(OAuth2Builder builder) {
        if (redirectUri != null) {
            builder.redirectUri(redirectUri);
        }
        if (tokens != null && account != null) {
            builder.tokenStore(tokens, account);
        }
    }

    /** The values of the base URL that were entered; others come with the tokens. */
    Map<String, String> fieldsOfBaseUrl(FieldValues values) {
        Map<String, String> entered = values.plain();
        entered.keySet().retainAll(definition.base().fields());
        return entered;
    }

    /**
     * Builds the strategy. Nothing is sent yet.
     *
     * @return the strategy, which has the values for the base URL of the definition too
     * @throws InvalidDefinitionException when a value is missing or wrong: lists all of it
     */
    public AuthStrategy build() {
        List<String> found = new ArrayList<>(problems);
        FieldValues values = new FieldValues(found);
        fields.forEach((name, field) -> {
            if (field.isOptional()) {
                values.optional(name);
            }
            Object value = entered(field);
            if (value != null) {
                values.put(name, value);
            }
        });
        checkBaseUrl(values);
        AuthStrategy built = null;
        try {
            built = recipe.build(values, this);
        } catch (InvalidDefinitionException e) {
            found.addAll(e.problems());
        }
        if (built == null || !found.isEmpty()) {
            throw new InvalidDefinitionException(
                    "\"" + strategy + "\" of \"" + definition.name() + "\"",
                    found.stream().distinct().toList());
        }
        return built;
    }

    /** A secret that was left empty was not entered, and neither was an optional field. */
    private @Nullable Object entered(InputField field) {
        Object value = given.getOrDefault(field.name(), field.defaultValue().orElse(null));
        if (!(value instanceof String text)) {
            return value;
        }
        if (text.isEmpty() && (field.isSecret() || field.isOptional())) {
            return null;
        }
        return field.isSecret() ? Secret.of(text) : text;
    }

    private void checkBaseUrl(FieldValues values) {
        FieldValues known = values.with("", Secret.of("unused"));
        definition.base().fields().stream()
                .filter(name -> !fields.containsKey(name))
                .forEach(name -> known.put(name, "https://later.example.com"));
        var unused = known.url(definition.base());
        known.moveProblemsTo(values);
    }

    /** Without a value. */
    @Override
    public String toString() {
        return "\"" + strategy + "\" of \"" + definition.name() + "\" with " + given.keySet();
    }
}
