package io.httpconnector.auth.definition;

import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A strategy type of an {@link AuthDefinition}: the value of {@code type}, the members that it reads, and the strategy that it
 * builds from them. An application passes its own types to {@link AuthDefinition#parse(String, AuthType...)}:
 *
 * <pre>{@code
 * AuthType signed = AuthType.of("signed", values -> {
 *             Secret secret = values.secret("key");
 *             return request -> request.header("X-Signature", sign(request, secret));
 *         })
 *         .secret("key")
 *         .setsHeaders("X-Signature");
 * AuthDefinition shop = AuthDefinition.parse(json, signed);
 * }</pre>
 *
 * <p>The members are strings, which may have placeholders for fields. A type also has the members {@code fields}, {@code constants}, {@code computed},
 * {@code clientCertificate}, {@code headers} and {@code query} of all types. Immutable: each method returns a new type.
 */
public final class AuthType {

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");
    private static final Set<String> RESERVED =
            Set.of("type", "fields", "constants", "computed", "clientCertificate", "headers", "query");

    private final String name;
    private final Function<Values, AuthStrategy> strategy;
    private final Map<String, Member> members;
    private final List<String> ownHeaders;

    /** Reads the members itself; null if they are declared. */
    private final @Nullable Function<Members, Recipe> reader;

    private final List<InputField> defaultFields;
    private final Set<String> receivingMembers;

    /**
     * A declared member.
     *
     * @param check validates the text of a member that is not a secret
     */
    private record Member(boolean isSecret, boolean isRequired, Consumer<String> check) {

        @Nullable FieldText read(String name, Members members) {
            if (isSecret) {
                return isRequired ? members.requiredSecret(name) : members.secret(name);
            }
            return isRequired ? members.requiredText(name, check) : members.text(name, check);
        }
    }

    private AuthType(
            String name,
            Function<Values, AuthStrategy> strategy,
            Map<String, Member> members,
            List<String> ownHeaders,
            @Nullable Function<Members, Recipe> reader,
            List<InputField> defaultFields,
            Set<String> receivingMembers) {
        this.name = name;
        this.strategy = strategy;
        this.members = members;
        this.ownHeaders = ownHeaders;
        this.reader = reader;
        this.defaultFields = defaultFields;
        this.receivingMembers = receivingMembers;
    }

    /**
     * Declares a type, which has no members of its own yet.
     *
     * @param name the value of {@code type}: letters, digits, {@code -} and {@code _}, starting with a letter
     * @param strategy builds the strategy from the values of the members; a value that it rejects with an
     *     {@link InvalidDefinitionException} is reported by {@link AuthMethod#build()}
     * @return the type
     * @throws InvalidDefinitionException if the name is invalid, or an argument is null
     */
    public static AuthType of(String name, Function<Values, AuthStrategy> strategy) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw invalid("name: \"" + name + "\" is invalid: use letters, digits, - and _, starting with a letter");
        }
        if (strategy == null) {
            throw invalid("strategy: it is null");
        }
        return new AuthType(name, strategy, Map.of(), List.of(), null, List.of(), Set.of());
    }

    /** Returns a type that reads its members itself, because they depend on each other or are not strings. */
    static AuthType reading(String name, Function<Members, Recipe> reader) {
        return reading(name, List.of(), Set.of(), reader);
    }

    /**
     * Returns a type that reads its members itself.
     *
     * @param defaultFields the fields that a definition has unless it has its own of these names
     * @param receivingMembers the members that name values which the strategy receives with its tokens
     */
    static AuthType reading(
            String name,
            List<InputField> defaultFields,
            Set<String> receivingMembers,
            Function<Members, Recipe> reader) {
        return new AuthType(
                name, values -> AuthStrategy.none(), Map.of(), List.of(), reader, defaultFields, receivingMembers);
    }

    /**
     * Adds a required text, which is not a secret.
     *
     * @param member the name of the member
     * @return a new type
     * @throws InvalidDefinitionException if the name is null, empty, reserved or a duplicate
     */
    public AuthType text(String member) {
        return text(member, text -> {});
    }

    /**
     * Adds a required text, which is not a secret, and is checked when a definition is parsed.
     *
     * @param member the name of the member
     * @param check throws an {@link InvalidDefinitionException} if the text is invalid; placeholders have sample values
     * @return a new type
     * @throws InvalidDefinitionException if the name is null, empty, reserved or a duplicate, or the check is null
     */
    public AuthType text(String member, Consumer<String> check) {
        return with(member, new Member(false, true, required(check)));
    }

    /**
     * Adds a text that a definition may omit, and which is not a secret.
     *
     * @param member the name of the member
     * @return a new type
     * @throws InvalidDefinitionException if the name is null, empty, reserved or a duplicate
     */
    public AuthType optionalText(String member) {
        return with(member, new Member(false, false, text -> {}));
    }

    /**
     * Adds a required text that may have secrets.
     *
     * @param member the name of the member
     * @return a new type
     * @throws InvalidDefinitionException if the name is null, empty, reserved or a duplicate
     */
    public AuthType secret(String member) {
        return with(member, new Member(true, true, text -> {}));
    }

    /**
     * Adds a text that a definition may omit, and which may have secrets.
     *
     * @param member the name of the member
     * @return a new type
     * @throws InvalidDefinitionException if the name is null, empty, reserved or a duplicate
     */
    public AuthType optionalSecret(String member) {
        return with(member, new Member(true, false, text -> {}));
    }

    /**
     * Sets the header fields that the strategy sets, so that a definition can't set them by {@code headers}.
     *
     * @param names the names, case-insensitive
     * @return a new type
     */
    public AuthType setsHeaders(String... names) {
        return new AuthType(name, strategy, members, List.of(names), reader, defaultFields, receivingMembers);
    }

    private AuthType with(String member, Member declared) {
        if (member == null || !NAME.matcher(member).matches()) {
            throw invalid("member \"" + member + "\" is invalid: use letters, digits, - and _, starting with a letter");
        }
        if (RESERVED.contains(member)) {
            throw invalid("member \"" + member + "\" is reserved: use another name");
        }
        Map<String, Member> all = new LinkedHashMap<>(members);
        if (all.put(member, declared) != null) {
            throw invalid("member \"" + member + "\" is a duplicate: omit it");
        }
        return new AuthType(name, strategy, all, ownHeaders, reader, defaultFields, receivingMembers);
    }

    private static Consumer<String> required(Consumer<String> check) {
        if (check == null) {
            throw invalid("check: it is null");
        }
        return check;
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("auth type", List.of(problem));
    }

    /**
     * Returns the name.
     *
     * @return the value of {@code type}
     */
    public String name() {
        return name;
    }

    /** Returns the fields that a definition has unless it has its own of these names. */
    List<InputField> defaultFields() {
        return defaultFields;
    }

    /** Returns the members that name values which the strategy receives with its tokens. */
    Set<String> receivingMembers() {
        return receivingMembers;
    }

    /** Reads and checks all members of a strategy. */
    Recipe read(Members from) {
        if (reader != null) {
            return reader.apply(from);
        }
        Map<String, FieldText> texts = new LinkedHashMap<>();
        members.forEach((member, declared) -> {
            FieldText text = declared.read(member, from);
            if (text != null) {
                texts.put(member, text);
            }
        });
        return Recipe.of(Additions.common(from, ownHeaders.toArray(String[]::new)), values -> build(texts, values));
    }

    private AuthStrategy build(Map<String, FieldText> texts, FieldValues from) {
        int before = from.problems();
        Map<String, Object> values = new HashMap<>();
        texts.forEach((member, text) -> {
            Object value = value(members.get(member), text, from);
            if (value != null) {
                values.put(member, value);
            }
        });
        // The strategy can't be built from incomplete values; the problems are reported instead.
        return from.problems() == before ? strategy.apply(new Values(values)) : AuthStrategy.none();
    }

    private static @Nullable Object value(@Nullable Member member, FieldText text, FieldValues from) {
        if (member == null) {
            return null;
        }
        if (member.isSecret) {
            return member.isRequired ? from.requiredSecret(text) : from.secret(text);
        }
        return member.isRequired ? from.requiredText(text) : from.text(text);
    }

    /** Returns the name. */
    @Override
    public String toString() {
        return name;
    }

    /** The values of the declared members, rendered with the values that a user entered. Immutable. */
    public static final class Values {

        private final Map<String, Object> values;

        private Values(Map<String, Object> values) {
            this.values = values;
        }

        /**
         * Returns the value of a required text.
         *
         * @param member the name of a member declared by {@link AuthType#text}
         * @return the value
         * @throws IllegalArgumentException if no such member is declared
         */
        public String text(String member) {
            return optionalText(member).orElseThrow(() -> undeclared(member, "text"));
        }

        /**
         * Returns the value of a text that may be omitted.
         *
         * @param member the name of a member declared by {@link AuthType#optionalText}
         * @return the value; empty if the definition omits the member, or if its field was left empty
         */
        public Optional<String> optionalText(String member) {
            return values.get(member) instanceof String text ? Optional.of(text) : Optional.empty();
        }

        /**
         * Returns the value of a required secret.
         *
         * @param member the name of a member declared by {@link AuthType#secret}
         * @return the value; one by {@link Secret#from} is looked up each time it is used
         * @throws IllegalArgumentException if no such member is declared
         */
        public Secret secret(String member) {
            return optionalSecret(member).orElseThrow(() -> undeclared(member, "secret"));
        }

        /**
         * Returns the value of a secret that may be omitted.
         *
         * @param member the name of a member declared by {@link AuthType#optionalSecret}
         * @return the value; empty if the definition omits the member, or if its field was left empty
         */
        public Optional<Secret> optionalSecret(String member) {
            return values.get(member) instanceof Secret secret ? Optional.of(secret) : Optional.empty();
        }

        private static IllegalArgumentException undeclared(String member, String kind) {
            return new IllegalArgumentException(
                    "no required " + kind + " \"" + member + "\": declare it by " + kind + "(\"" + member + "\")");
        }

        /** Omits the values. */
        @Override
        public String toString() {
            return "values of " + values.keySet();
        }
    }
}
