package io.httpconnector.auth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.AuthStrategy;
import io.httpconnector.auth.AwsAuth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A definition can express whatever a builder can express: each public option stands for a member of an example. */
class BuilderCoverageTest {

    /** The public classes that are not strategies, builders or settings of a definition. */
    private static final Set<String> OTHERS = Set.of(
            "AuthorizationCodeFlow",
            "AwsCredentials",
            "DeviceFlow",
            "OAuth1Flow",
            "TokenEncryption",
            "TokenSet",
            "package-info");

    /** The options that only code can express. */
    private static final Map<String, String> EXCEPTIONS = Map.ofEntries(
            Map.entry("OAuth2Builder.tokenStore", "set by the application: AuthMethod.tokenStore"),
            Map.entry("OAuth2Builder.redirectUri", "a page of the application: AuthMethod.redirectUri"),
            Map.entry("OAuth2Builder.field", "fields of the definition whose values are entered"),
            Map.entry("OAuth1Builder.tokenStore", "set by the application: AuthMethod.tokenStore"),
            Map.entry("OAuth1Builder.redirectUri", "a page of the application: AuthMethod.redirectUri"),
            Map.entry("OAuth1Builder.field", "fields of the definition whose values are entered"),
            Map.entry("OAuth1Auth.protocolParameter", "used by the flow"),
            Map.entry("OAuth1Auth.consumerKey", "reads a strategy"),
            Map.entry("CustomAuth.andField", "fields of the definition whose values are entered"),
            Map.entry("CustomAuth.nothing", "type none"),
            Map.entry("CombinedAuth.withoutAdditions", "reads a strategy"),
            Map.entry("JwtKey.sign", "uses a key"),
            Map.entry("SamlAssertion.sign", "used by the grant"),
            Map.entry("JwtKey.claims", "copies claims"));

    private static final Set<String> NOT_OPTIONS = Stream.concat(
                    Arrays.stream(AuthStrategy.class.getMethods()).map(Method::getName),
                    Stream.of("toString", "build", "defaults", "timeSource"))
            .collect(Collectors.toSet());

    /** Finds the classes with options: an example need not name them. */
    private static List<Class<?>> builders() throws IOException, URISyntaxException {
        Path classes = Path.of(AwsAuth.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return Stream.of("io/httpconnector/auth", "io/httpconnector/auth/oauth2")
                .flatMap(directory -> list(classes.resolve(directory)))
                .map(file -> classes.relativize(file).toString())
                .filter(file -> file.endsWith(".class") && !file.contains("$"))
                .<Class<?>>map(file -> load(file.replace(".class", "").replace('/', '.')))
                .filter(type -> Modifier.isPublic(type.getModifiers()))
                .filter(type -> !type.isEnum() && !type.isInterface() && !Throwable.class.isAssignableFrom(type))
                .filter(type -> !OTHERS.contains(type.getSimpleName()))
                .toList();
    }

    private static Stream<Path> list(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<String> options(Class<?> builder) {
        return Arrays.stream(builder.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .map(Method::getName)
                .filter(name -> !NOT_OPTIONS.contains(name))
                .map(name -> builder.getSimpleName() + "." + name)
                .filter(option -> !EXCEPTIONS.containsKey(option));
    }

    /** Returns whether an example has the member for an option; {@code "X.*": "*"} stands for members with the names of the methods. */
    private static boolean hasMember(String option) {
        String[] parts = option.split("\\.", 2);
        return ExampleDefinitions.EXAMPLES.values().stream().anyMatch(example -> {
            JsonNode options = example.path("options");
            JsonNode strategy = example.path("strategy");
            return options.has(option)
                    ? !strategy.at("/" + options.path(option).asText()).isMissingNode()
                    : options.has(parts[0] + ".*") && strategy.has(parts[1]);
        });
    }

    @Test
    void eachOptionOfABuilderHasAMember() throws Exception {
        Set<String> options = builders().stream()
                .flatMap(BuilderCoverageTest::options)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(options)
                .contains(
                        "HmacAuth.keyIsHex",
                        "SigningAuth.computed",
                        "OAuth2Builder.scopes",
                        "JwtKey.id",
                        "LoginAuthBuilder.use");
        assertThat(options).as("options without a member").allMatch(BuilderCoverageTest::hasMember);
    }
}
