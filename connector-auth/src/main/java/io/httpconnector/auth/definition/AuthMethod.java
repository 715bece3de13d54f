package io.httpconnector.auth.definition;

import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.tls.ClientCertificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Builder for the strategy that was chosen from an {@link AuthDefinition}, with the values that a user enters. Not thread-safe; the
 * instances it builds are.
 */
public final class AuthMethod {

    private final AuthDefinition definition;
    private final String strategy;
    private final Map<String, InputField> fields = new LinkedHashMap<>();
    private final Map<String, FieldText> computed;
    private final Set<String> received;
    private final @Nullable CertificateMembers certificate;
    private final Recipe recipe;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Object> given = new LinkedHashMap<>();
    private @Nullable String redirectUri;
    private @Nullable TokenStore tokens;
    private @Nullable String account;
    private TimeSource timeSource = TimeSource.SYSTEM;
    private InputNaming naming = FieldProblems.IN_CODE;

    AuthMethod(
            AuthDefinition definition,
            String strategy,
            List<InputField> fields,
            Map<String, FieldText> computed,
            Set<String> received,
            @Nullable CertificateMembers certificate,
            Recipe recipe) {
        this.definition = definition;
        this.strategy = strategy;
        this.computed = computed;
        this.received = received;
        this.certificate = certificate;
        this.recipe = recipe;
        fields.forEach(field -> this.fields.put(field.name(), field));
    }

    /**
     * Sets the value of a field.
     *
     * @param field the name of the field
     * @param value the value
     * @return this
     */
    public AuthMethod value(String field, String value) {
        return put(field, value);
    }

    /**
     * Sets the value of a secret field.
     *
     * @param field the name of the field
     * @param value the value; one by {@link Secret#from} is looked up each time it is used
     * @return this
     */
    public AuthMethod value(String field, Secret value) {
        return put(field, value);
    }

    private AuthMethod put(String name, @Nullable Object value) {
        if (!fields.containsKey(name)) {
            problems.add(name + ": there is no such field: use one of " + fields.keySet());
        } else if (value == null) {
            problems.add(name + ": it is null");
        } else {
            given.put(name, value);
        }
        return this;
    }

    /**
     * Sets the redirect URI; for OAuth 2.
     *
     * @param uri an absolute URI
     * @return this
     */
    public AuthMethod redirectUri(String uri) {
        this.redirectUri = uri;
        return this;
    }

    /**
     * Sets the token store and the account that the tokens belong to; for OAuth 2.
     *
     * @param store the store
     * @param account the account, such as a customer ID
     * @return this
     */
    public AuthMethod tokenStore(TokenStore store, String account) {
        this.tokens = store;
        this.account = account;
        return this;
    }

    /**
     * Sets the time source by which tokens expire and requests are signed, for tests. Default: the system time.
     *
     * @param source the time source
     * @return this
     */
    public AuthMethod timeSource(TimeSource source) {
        if (source == null) {
            problems.add("timeSource: it is null");
        } else {
            this.timeSource = source;
        }
        return this;
    }

    /**
     * Names fields in messages as the users of the application set them. Default: as the methods of this class.
     *
     * @param names the names and the advice
     * @return this
     */
    public AuthMethod naming(InputNaming names) {
        if (names == null) {
            problems.add("naming: it is null");
        } else {
            this.naming = names;
        }
        return this;
    }

    /**
     * Returns the values that are not secrets, with defaults, for texts outside of the definition, such as requests.
     *
     * @return the values by the names of their fields
     * @throws InvalidDefinitionException if a value is missing or invalid; reports all problems
     */
    public Map<String, String> texts() {
        List<String> found = new ArrayList<>(problems);
        Map<String, String> texts = values(found).plain();
        if (!found.isEmpty()) {
            throw invalid(found);
        }
        return Map.copyOf(texts);
    }

    /**
     * Builds the strategy. Nothing is sent yet. A client certificate of the definition is part of {@link #connection()} only.
     *
     * @return the strategy, which also has the values for the base URL of the definition
     * @throws InvalidDefinitionException if a value is missing or invalid; reports all problems
     */
    public AuthStrategy build() {
        return complete(new ArrayList<>(problems)).auth;
    }

    /**
     * Returns a builder for a connection to the service, with the name, the base URL, the strategy, the client certificate and the
     * connection test of the definition.
     *
     * @return a builder, to which other settings can be added
     * @throws InvalidDefinitionException if a value is missing or invalid; reports all problems
     */
    public HttpConnectionBuilder connection() {
        Complete complete = complete(new ArrayList<>(problems));
        HttpConnectionBuilder builder = HttpConnection.named(definition.name())
                .baseUrl(complete.baseUrl)
                .auth(complete.auth);
        if (complete.certificate != null) {
            builder.clientCertificate(complete.certificate);
        }
        if (complete.laterTests != null) {
            return builder.test(complete.laterTests);
        }
        List<Request> tests = complete.tests;
        return tests.isEmpty()
                ? builder
                : builder.test(tests.get(0), tests.subList(1, tests.size()).toArray(Request[]::new));
    }

    /**
     * The parts that are built from the entered values.
     *
     * @param laterTests creates the requests of the connection test if they use values that are received with the tokens
     */
    private record Complete(
            AuthStrategy auth,
            String baseUrl,
            @Nullable ClientCertificate certificate,
            List<Request> tests,
            @Nullable Function<Map<String, String>, List<Request>> laterTests) {}

    private Complete complete(List<String> found) {
        FieldValues values = values(found);
        checkBaseUrl(values);
        AuthStrategy built = null;
        List<Request> tests = List.of();
        boolean isTestedLater = definition.tests().use(values.namesOfReceived());
        try {
            built = recipe.build(
                    values,
                    new ApplicationSettings(
                            redirectUri,
                            tokens,
                            account,
                            baseUrlFields(values),
                            baseUrlSecrets(values),
                            definition.base()));
            FieldValues samples = isTestedLater ? values.withSamples(List.of()) : values;
            tests = definition.tests().create(samples);
            if (isTestedLater) {
                samples.moveProblemsTo(values);
            }
        } catch (InvalidDefinitionException e) {
            found.addAll(e.problems());
        }
        ClientCertificate client = certificate == null ? null : certificate.build(values);
        if (built == null || !found.isEmpty()) {
            throw invalid(found);
        }
        return new Complete(
                built, baseUrl(values), client, tests, isTestedLater ? fields -> tests(values, fields) : null);
    }

    /** Creates the requests of the connection test with the values that were received with the tokens. */
    private List<Request> tests(FieldValues values, Map<String, String> received) {
        FieldValues current = values.withReceived(received);
        List<Request> tests = definition.tests().create(current);
        current.throwProblems();
        return tests;
    }

    /**
     * Returns the base URL with the entered values, so that the strategy itself can send requests below it; with placeholders if it has
     * secrets, or values that are received with the tokens.
     */
    private String baseUrl(FieldValues values) {
        boolean isConstant = baseUrlSecrets(values).isEmpty()
                && definition.base().url().fields().noneMatch(received::contains);
        String rendered = isConstant ? definition.base().render(values) : null;
        return rendered == null ? definition.baseUrl() : rendered;
    }

    private InvalidDefinitionException invalid(List<String> found) {
        return new InvalidDefinitionException(
                "\"" + strategy + "\" of \"" + definition.name() + "\"",
                found.stream().distinct().toList());
    }

    private boolean isSecret(String field) {
        InputField known = fields.get(field);
        return known != null && known.isSecret();
    }

    private FieldValues values(List<String> found) {
        FieldProblems reported = new FieldProblems(found, naming, this::isSecret);
        FieldValues values = new FieldValues(reported, timeSource);
        Map<String, String> plain = new LinkedHashMap<>();
        fields.forEach((name, field) -> {
            if (entered(field) instanceof String text) {
                plain.put(name, text);
            }
        });
        fields.forEach((name, field) -> {
            boolean applies = field.rules().applies(plain);
            if (field.isOptional() || !applies) {
                values.optional(name);
            }
            Object value = applies ? entered(field) : null;
            if (value instanceof String text) {
                String problem = field.rules().problem(text);
                // An optional text that is empty is no value here.
                if (problem != null) {
                    reported.ofField(name, problem);
                }
            } else if (value instanceof Secret && given.get(name) instanceof String text) {
                String problem = field.rules().problem(field.rules().stripped(text));
                if (problem != null) {
                    reported.ofField(name, problem);
                }
            }
            if (value != null) {
                values.put(name, value);
            }
        });
        values.receives(received);
        values.compute(computed);
        fields.values().forEach(field -> values.choose(field.choices()));
        return values;
    }

    /** Returns the entered value, or the default; null for an empty secret or optional field. */
    private @Nullable Object entered(InputField field) {
        Object value = given.getOrDefault(field.name(), field.defaultValue().orElse(null));
        if (!(value instanceof String entered)) {
            return value;
        }
        String text = field.rules().stripped(entered);
        if (text.isEmpty() && (field.isSecret() || field.isOptional())) {
            return null;
        }
        return field.isSecret() ? Secret.of(text) : text;
    }

    private Map<String, String> baseUrlFields(FieldValues values) {
        Map<String, String> entered = values.plain();
        entered.keySet().retainAll(definition.base().url().fields().toList());
        return Map.copyOf(entered);
    }

    private Map<String, Secret> baseUrlSecrets(FieldValues values) {
        Map<String, Secret> secrets = new LinkedHashMap<>();
        definition.base().url().fields().filter(values::isSecret).forEach(name -> {
            Secret secret = values.entered(name);
            if (secret != null) {
                secrets.put(name, secret);
            }
        });
        return Map.copyOf(secrets);
    }

    private void checkBaseUrl(FieldValues values) {
        if (values.urlTemplate(definition.base().url()) == null && values.problems() == 0) {
            values.problem(
                    "/baseUrl",
                    "none of its alternatives has all values: set one of "
                            + definition.base().url().fields().toList());
        }
    }

    /** Omits the values. */
    @Override
    public String toString() {
        return "\"" + strategy + "\" of \"" + definition.name() + "\" with " + given.keySet();
    }
}
