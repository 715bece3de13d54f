package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Body;
import io.httpconnector.Proxy;
import io.httpconnector.RateLimit;
import io.httpconnector.Request;
import io.httpconnector.ResponseRule;
import io.httpconnector.RetryPolicy;
import io.httpconnector.SsrfPolicy;
import io.httpconnector.jdbc.ExactlyOnce;
import io.httpconnector.jdbc.JdbcInbox;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.ParentRecords;
import io.httpconnector.polling.PollingDefaults;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.polling.PushSettings;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.Schedule;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.tls.ServerTrust;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.webhook.hybrid.WebhookPayload;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Verifies that the configuration reference names each option of each builder. */
class ConfigurationReferenceTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    /** Immutable settings, whose methods return a changed copy. */
    private static final List<Class<?>> SETTINGS = List.of(
            Body.class,
            Cursor.class,
            Delivery.class,
            SsrfPolicy.class,
            ExactlyOnce.class,
            JdbcInbox.class,
            Pagination.class,
            ParentRecords.class,
            PollingDefaults.class,
            PollingEngine.class,
            Proxy.class,
            PushSettings.class,
            RateLimit.class,
            RecordSelector.class,
            Request.class,
            ResponseRule.Matcher.class,
            RetryPolicy.class,
            Schedule.class,
            ServerTrust.class,
            StartPosition.class,
            WebhookPayload.class);

    /** Read by {@code definition}, which the page names. */
    private static final List<String> READERS = List.of("fromJson");

    private static String page = "";

    @BeforeAll
    static void readPage() throws IOException {
        page = Files.readString(ROOT.resolve("docs/configuration.md"));
    }

    private static boolean isNamed(String option) {
        return Pattern.compile("\\b" + Pattern.quote(option) + "\\b")
                .matcher(page)
                .find();
    }

    private static Stream<Class<?>> builders() throws IOException {
        List<Class<?>> builders = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path sources : modules.filter(
                            path -> path.getFileName().toString().matches("connector-[a-z]+"))
                    .map(path -> path.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(sources)) {
                    files.filter(file -> file.toString().endsWith("Builder.java"))
                            .map(ConfigurationReferenceTest::type)
                            .filter(type -> Modifier.isPublic(type.getModifiers()))
                            .forEach(builders::add);
                }
            }
        }
        return builders.stream();
    }

    private static Class<?> type(Path file) {
        String path = file.toString();
        String name = path.substring(path.indexOf("/src/main/java/") + "/src/main/java/".length());
        try {
            return Class.forName(name.replace(".java", "").replace('/', '.'));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<Class<?>> types() throws IOException {
        return Stream.concat(builders(), SETTINGS.stream());
    }

    @ParameterizedTest
    @MethodSource("types")
    void eachOptionIsNamed(Class<?> type) {
        // The superclass of a builder declares some of its methods.
        assertThat(Stream.of(type, type.getSuperclass() == null ? type : type.getSuperclass())
                        .flatMap(declaring -> Arrays.stream(declaring.getDeclaredMethods()))
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .filter(method -> !method.isSynthetic() && method.getReturnType() == type)
                        .map(Method::getName)
                        .distinct()
                        .filter(option -> !READERS.contains(option))
                        .filter(option -> !isNamed(option)))
                .isEmpty();
    }

    @Test
    void buildersAreFound() throws IOException {
        assertThat(builders()).hasSizeGreaterThan(7);
    }
}
