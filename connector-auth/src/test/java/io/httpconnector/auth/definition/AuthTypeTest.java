package io.httpconnector.auth.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.internal.AttemptValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The strategy types: each has an example and documentation, and an application can add its own. */
class AuthTypeTest {

    private static final Path DOCUMENTATION =
            Path.of("").toAbsolutePath().getParent().resolve("docs/authentication.md");

    /** A strategy that sends a user and a key. */
    private record Voucher(String user, Secret key, String realm) implements AuthStrategy {
        @Override
        public Request apply(Request request) {
            return request.header("X-Voucher", key.map(text -> user + ":" + text + "@" + realm));
        }
    }

    private static final AuthType VOUCHER = AuthType.of(
                    "voucher",
                    values -> new Voucher(
                            values.text("user"),
                            values.secret("key"),
                            values.optionalText("realm").orElse("main")))
            .text("user", AuthTypeTest::checkUser)
            .secret("key")
            .optionalText("realm")
            .setsHeaders("X-Voucher");

    private static void checkUser(String user) {
        if (user.contains(":")) {
            throw new InvalidDefinitionException("user", List.of("it has a colon"));
        }
    }

    static Set<String> types() {
        return AuthTypes.with().keySet();
    }

    private static String definition(String members) {
        return """
                {"name": "Shop", "baseUrl": "https://shop.example.com",
                 "fields": [{"name": "u"}, {"name": "k", "secret": true}, {"name": "o", "optional": true}],
                 "strategies": {"a": {%s}, "rest": {"type": "custom",
                                "query": {"u": "{{auth.u}}", "k": "{{auth.k}}", "o": "{{auth.o}}"}}}}""".formatted(members.replace('\'', '"'));
    }

    /** Returns the members that a type knows, as the message about an unknown one lists them; each grant knows those of all grants. */
    private static Set<String> members(String type) {
        String[] message = {""};
        Consumer<String> parse =
                unknown -> AuthDefinition.parse(definition("'type': '" + type + "', '" + unknown + "': 1"));
        assertThatThrownBy(() -> parse.accept("????????"))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> message[0] = e.problems().stream()
                                .filter(problem -> problem.contains("known members are "))
                                .findFirst()
                                .orElseThrow());
        Set<String> members = new TreeSet<>(List.of(message[0].split("known members are ", -1)[1].split(", ", -1)));
        members.removeAll(Set.of("type", "fields", "constants", "computed", "clientCertificate"));
        return members;
    }

    private static String family(String type) {
        return type.startsWith("oauth2-") ? "oauth2-" : type;
    }

    @Test
    void eachTypeHasAnExample() {
        Set<String> examples = ExampleDefinitions.EXAMPLES.values().stream()
                .map(example -> example.at("/strategy/type").asText())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(examples).isEqualTo(types());
    }

    @ParameterizedTest
    @MethodSource("types")
    void theExamplesOfATypeHaveAllItsMembers(String type) {
        Set<String> used = ExampleDefinitions.EXAMPLES.values().stream()
                .map(example -> example.path("strategy"))
                .filter(strategy -> family(strategy.path("type").asText()).equals(family(type)))
                .flatMap(strategy ->
                        StreamSupport.stream(((Iterable<String>) strategy::fieldNames).spliterator(), false))
                .collect(Collectors.toSet());

        assertThat(members(type)).contains("headers", "query").isSubsetOf(used);
    }

    @ParameterizedTest
    @MethodSource("types")
    void theDocumentationListsEachTypeAndItsMembers(String type) throws IOException {
        String rows = Files.readAllLines(DOCUMENTATION).stream()
                .filter(line -> line.startsWith("| `" + type + "` |")
                        || line.startsWith("| all |")
                        || (type.startsWith("oauth2-") && line.matches("\\| (all )?`oauth2-.*")))
                .collect(Collectors.joining("\n"));

        assertThat(rows).contains("| `" + type + "` |");
        assertThat(members(type)).allMatch(member -> rows.contains("`" + member + "`"));
    }

    @Test
    void anApplicationAddsAType() {
        AuthDefinition shop = AuthDefinition.parse(
                definition("'type': 'voucher', 'user': '{{auth.u}}', 'key': '{{auth.k}}', 'realm': '{{auth.o}}',"
                        + " 'headers': {'X-Version': '7'}"),
                VOUCHER);

        AuthStrategy auth =
                shop.choose("a").value("u", "ann").value("k", Secret.of("k3y")).build();

        Request request = auth.apply(Request.get("/"));
        assertThat(request.header("X-Voucher")).contains("ann:k3y@main");
        assertThat(request.header("X-Version")).contains("7");
        assertThat(request.toString()).doesNotContain("k3y");
    }

    @Test
    void theMembersOfADeclaredTypeAreChecked() {
        assertThatThrownBy(() -> AuthDefinition.parse(
                        definition("'type': 'voucher', 'user': 'a:b', 'keys': '{{auth.k}}', 'realm': '{{auth.k}}',"
                                + " 'headers': {'x-voucher': '1'}"),
                        VOUCHER))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(String.join("\n", e.problems()))
                                .contains("/strategies/a/user: it has a colon")
                                .contains("/strategies/a/key: missing")
                                .contains("/strategies/a/keys: unknown member; did you mean \"key\"?")
                                .contains("/strategies/a/realm: {{auth.k}}")
                                .contains("/strategies/a/headers/x-voucher: the strategy sets this header itself"));
    }

    @Test
    void aStrategyIsNotBuiltFromMissingValues() {
        AuthType strict = AuthType.of("strict", values -> {
                    throw new IllegalStateException("built");
                })
                .secret("key");
        AuthDefinition shop = AuthDefinition.parse(definition("'type': 'strict', 'key': '{{auth.k}}'"), strict);

        assertThatThrownBy(() -> shop.choose("a").value("u", "ann").build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/strategies/a/key: there is no value for {{auth.k}}");
    }

    @Test
    void anUnknownTypeIsReportedWithAllTypes() {
        assertThatThrownBy(() -> AuthDefinition.parse(definition("'type': 'kerberos'"), VOUCHER))
                .hasMessageContaining("kerberos")
                .hasMessageContaining("digest")
                .hasMessageContaining("voucher");
        assertThatThrownBy(() -> AuthDefinition.parse(definition("'type': 'vouche'"), VOUCHER))
                .hasMessageContaining("did you mean \"voucher\"?");
    }

    static Stream<Runnable> invalidTypes() {
        AuthType type = AuthType.of("x", values -> AuthStrategy.none());
        return Stream.of(
                () -> AuthType.of(null, values -> AuthStrategy.none()),
                () -> AuthType.of("", values -> AuthStrategy.none()),
                () -> AuthType.of("x", null),
                () -> type.text("type"),
                () -> type.secret("headers"),
                () -> type.text("a").optionalSecret("a"),
                () -> type.optionalText("{{a}}"),
                () -> type.text("a", null),
                () -> AuthDefinition.parse(
                        definition("'type': 'none'"), AuthType.of("digest", values -> AuthStrategy.none())),
                () -> AuthDefinition.parse(definition("'type': 'none'"), type, type));
    }

    @ParameterizedTest
    @MethodSource("invalidTypes")
    void anInvalidTypeIsRejected(Runnable declaration) {
        assertThatThrownBy(declaration::run).isInstanceOf(InvalidDefinitionException.class);
    }

    @ParameterizedTest
    @MethodSource("types")
    void onlyTypesThatReceiveATokenHaveTokenFields(String type) {
        boolean receives = type.equals("login") || type.startsWith("oauth2-");

        assertThat(members(type).contains("tokenFields")).isEqualTo(receives);
    }

    @Test
    void placeholdersOfTheRequestAreDocumented() throws Exception {
        String page = Files.readString(DOCUMENTATION);
        String table =
                page.substring(page.indexOf("| Placeholder | Value |"), page.indexOf("The requests of a `login` have"));
        Set<String> documented = Pattern.compile("`\\{\\{([\\w.-]+)}}`")
                .matcher(table)
                .results()
                .map(found -> found.group(1).replaceFirst("^header\\..*", "header.*"))
                .collect(Collectors.toSet());
        assertThat(documented).containsExactlyInAnyOrderElementsOf(AttemptValues.NAMES);
    }
}
