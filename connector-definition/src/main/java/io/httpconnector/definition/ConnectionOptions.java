package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.Interceptor;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Proxy;
import io.httpconnector.RateLimit;
import io.httpconnector.ResponseRule;
import io.httpconnector.RetryPolicy;
import io.httpconnector.SsrfPolicy;
import io.httpconnector.cache.CacheSettings;
import io.httpconnector.cache.ResponseCache;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.tls.ClientCertificate;
import io.httpconnector.tls.ServerTrust;
import io.httpconnector.transport.JdkTransport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The options of a connection in a connector document: one member for each method of {@link HttpConnectionBuilder} that takes no
 * code. Base URL and connection test are read together with the authentication. Immutable.
 *
 * @param steps apply an option to a builder each
 * @param fields the header fields and query parameters
 * @param texts the texts that have pills, by JSON Pointer
 * @param interceptors the names of the interceptors that are code
 * @param json the options as JSON, without those that have their default value
 */
record ConnectionOptions(
        List<BiConsumer<HttpConnectionBuilder, InputValues>> steps,
        List<Field> fields,
        Map<String, InputText> texts,
        List<String> interceptors,
        ObjectNode json) {

    static final ConnectionOptions NONE =
            new ConnectionOptions(List.of(), List.of(), Map.of(), List.of(), JsonNodeFactory.instance.objectNode());

    /** Whether a text may contain a secret: other texts are logged. */
    static boolean canBeSecret(String pointer) {
        return pointer.startsWith("/connection/headers/")
                || pointer.startsWith("/connection/clientCertificate/")
                || pointer.equals("/connection/proxy/password");
    }

    /** Whether a text may contain a value that is received with the tokens. */
    static boolean canBeReceived(String pointer) {
        return pointer.startsWith("/connection/headers/") || pointer.startsWith("/connection/query/");
    }

    /** A header field or query parameter. */
    record Field(String name, boolean isHeader, InputText text) {

        private void apply(HttpConnectionBuilder builder, InputValues values) {
            String value = text.render(values);
            if (value == null) {
                return;
            }
            if (!isHeader) {
                builder.query(name, value);
            } else if (text.isSecret(values)) {
                builder.header(name, text.secret(values));
            } else {
                builder.header(name, value);
            }
        }
    }

    /** Applies the options to a builder, except for fields with values that are received later. */
    void apply(
            HttpConnectionBuilder builder,
            InputValues values,
            ReceivedValues received,
            Map<String, Interceptor> registered) {
        interceptors.forEach(name -> builder.around(Objects.requireNonNull(registered.get(name), name)));
        fields.stream().filter(field -> !received.areUsedBy(field.text)).forEach(field -> field.apply(builder, values));
        steps.forEach(step -> step.accept(builder, values));
    }

    static ConnectionOptions read(JsonObjectReader reader) {
        return new OptionReader(reader).options();
    }

    /** Reads the members of a connection. */
    private static final class OptionReader {

        private final JsonObjectReader reader;
        private final List<BiConsumer<HttpConnectionBuilder, InputValues>> steps = new ArrayList<>();
        private final List<Field> fields = new ArrayList<>();
        private final Map<String, InputText> texts = new LinkedHashMap<>();
        private final ObjectNode json = JsonNodeFactory.instance.objectNode();

        OptionReader(JsonObjectReader reader) {
            this.reader = reader;
        }

        ConnectionOptions options() {
            textMap("headers", true, (builder, name) -> builder.header(name, "x"));
            textMap("query", false, (builder, name) -> builder.query(name, "x"));
            duration("connectTimeout", Duration.ofSeconds(10), HttpConnectionBuilder::connectTimeout);
            duration("responseTimeout", Duration.ofSeconds(30), HttpConnectionBuilder::responseTimeout);
            duration("totalTimeout", Duration.ofSeconds(60), HttpConnectionBuilder::totalTimeout);
            integer("maxConnections", 50, HttpConnectionBuilder::maxConnections);
            integer("maxResponseBytes", 10 * 1024 * 1024, HttpConnectionBuilder::maxResponseBytes);
            streamLimit();
            flag("cookies", HttpConnectionBuilder::cookies);
            flag("dedicatedPool", HttpConnectionBuilder::dedicatedPool);
            policies();
            network();
            transport();
            // "interceptors": The names of interceptors that are code, from the outermost to the innermost.
            List<String> interceptors = reader.distinctTexts("interceptors");
            interceptors.forEach(name -> json.withArray("/interceptors").add(name));
            return new ConnectionOptions(
                    List.copyOf(steps), List.copyOf(fields), Map.copyOf(texts), List.copyOf(interceptors), json);
        }

        private void streamLimit() {
            Long bytes = reader.longInteger("maxStreamBytes");
            if (bytes != null) {
                step("maxStreamBytes", (builder, values) -> builder.maxStreamBytes(bytes));
                json.put("maxStreamBytes", bytes);
            }
        }

        private void policies() {
            RetryPolicy retry = reader.documentOr("retry", "none", RetryPolicy.none(), RetryPolicy::fromJson);
            if (retry != null) {
                steps.add((builder, values) -> builder.retry(retry));
                json.set("retry", retry.toJson());
            }
            List<ResponseRule> rules = reader.elements("rules", (element, at) -> ResponseRule.fromJson(element));
            for (ResponseRule rule : rules) {
                steps.add((builder, values) -> builder.rule(rule));
                json.withArray("/rules").add(rule.toJson());
            }
            CacheSettings cache = reader.document("cache", CacheSettings::fromJson);
            if (cache != null) {
                // Each connection has a cache of its own.
                steps.add((builder, values) -> builder.around(ResponseCache.of(cache)));
                keep("cache");
            }
            reader.object("rateLimit", OptionReader::rateLimit, limit -> {
                steps.add((builder, values) -> builder.rateLimit(limit));
                keep("rateLimit");
            });
            // "routeRateLimits": The rate limits of parts of the requests, in addition to that of the connection.
            List<Map.Entry<String, RateLimit>> routes = reader.objects("routeRateLimits", OptionReader::routeLimit);
            if (!routes.isEmpty()) {
                for (Map.Entry<String, RateLimit> route : routes) {
                    steps.add((builder, values) -> builder.rateLimit(route.getKey(), route.getValue()));
                }
                keep("routeRateLimits");
            }
        }

        private static Map.@Nullable Entry<String, RateLimit> routeLimit(JsonObjectReader limit) {
            // "route": A path below the base URL, such as `/search/*` or `GET /files/**`.
            limit.require("route");
            List<String> route = new ArrayList<>(1);
            limit.text("route", text -> {
                Probe.check(builder -> builder.rateLimit(text, RateLimit.adaptive()));
                route.add(text);
            });
            RateLimit value = rateLimit(limit);
            return route.isEmpty() || value == null ? null : Map.entry(route.get(0), value);
        }

        private static @Nullable RateLimit rateLimit(JsonObjectReader limit) {
            boolean isAdaptive = limit.isSet("adaptive");
            Integer requests = limit.integer("requests");
            Duration period = limit.duration("period");
            if (requests == null && period == null && isAdaptive) {
                return RateLimit.adaptive();
            }
            limit.require("requests", "period");
            if (requests == null || period == null) {
                return null;
            }
            RateLimit fixed = RateLimit.of(requests, period);
            return isAdaptive ? fixed.andAdaptive() : fixed;
        }

        private void network() {
            reader.object("proxy", this::proxy, step -> {
                steps.add(step);
                keep("proxy");
            });
            reader.text("unixSocket", path -> {
                Path socket = Path.of(path);
                steps.add((builder, values) -> builder.unixSocket(socket));
                json.put("unixSocket", path);
            });
            reader.object("destinations", OptionReader::destinations, policy -> {
                steps.add((builder, values) -> builder.destinations(policy));
                keep("destinations");
            });
            reader.object("trust", OptionReader::trust, trust -> {
                steps.add((builder, values) -> builder.trust(trust));
                keep("trust");
            });
            reader.object("clientCertificate", this::certificate, step -> {
                steps.add(step);
                keep("clientCertificate");
            });
            String[] versions = reader.distinctTexts("tlsVersions").toArray(String[]::new);
            if (versions.length > 0) {
                step("tlsVersions", (builder, values) -> builder.tlsVersions(versions));
                keep("tlsVersions");
            }
        }

        private void transport() {
            // "transport": The HTTP client: `http1`, or `http2` for services that require HTTP/2, without
            // `destinations`, `unixSocket` and SOCKS
            // proxies. Default: `http1`.
            String transport = reader.oneOf("transport", List.of("http1", "http2"));
            if (!"http2".equals(transport)) {
                return;
            }
            for (String member : List.of("destinations", "unixSocket")) {
                if (reader.has(member)) {
                    reader.problem(member, "not possible with the transport http2: leave out one of them");
                }
            }
            JsonNode proxy = reader.any("proxy");
            if (proxy != null && proxy.path("type").asText().equals("socks5")) {
                reader.problemAt("/proxy/type", "socks5 is not possible with the transport http2: use an http proxy");
            }
            steps.add((builder, values) -> builder.transport(JdkTransport.http2()));
            json.put("transport", transport);
        }

        private @Nullable BiConsumer<HttpConnectionBuilder, InputValues> proxy(JsonObjectReader proxy) {
            proxy.require("type");
            String type = proxy.oneOf("type", List.of("http", "socks5"));
            String host = proxy.requiredText("host");
            int port = proxy.requiredInteger("port");
            InputText user = text(proxy, "user");
            InputText password = text(proxy, "password");
            String[] bypass = proxy.distinctTexts("bypass").toArray(String[]::new);
            if ((user == null) != (password == null) && proxy.problems() == 0) {
                proxy.require(user == null ? "user" : "password");
            }
            if (type == null || proxy.problems() > 0) {
                return null;
            }
            Proxy route = (type.equals("http") ? Proxy.http(host, port) : Proxy.socks5(host, port)).bypass(bypass);
            return (builder, values) -> builder.proxy(
                    user == null || password == null
                            ? route
                            : route.credentials(user.required(values), password.secret(values)));
        }

        private static @Nullable SsrfPolicy destinations(JsonObjectReader destinations) {
            String[] allow = destinations.distinctTexts("allow").toArray(String[]::new);
            String[] deny = destinations.distinctTexts("deny").toArray(String[]::new);
            destinations.require("base");
            String base = destinations.oneOf("base", List.of("anywhere", "publicInternet", "nowhere"));
            if (base == null) {
                return null;
            }
            SsrfPolicy start = switch (base) {
                case "anywhere" -> SsrfPolicy.anywhere();
                case "publicInternet" -> SsrfPolicy.publicInternetOnly();
                default -> SsrfPolicy.only();
            };
            return start.allow(allow).deny(deny);
        }

        private static ServerTrust trust(JsonObjectReader trust) {
            String certificates = trust.text("certificates");
            boolean withJvm = trust.isSet("jvm");
            String[] pins = trust.distinctTexts("pins").toArray(String[]::new);
            ServerTrust start = ServerTrust.jvm();
            if (certificates != null) {
                start = ServerTrust.only(certificates.getBytes(StandardCharsets.UTF_8));
                start = withJvm ? start.andJvm() : start;
            }
            return pins.length == 0 ? start : start.pin(pins);
        }

        private @Nullable BiConsumer<HttpConnectionBuilder, InputValues> certificate(JsonObjectReader certificate) {
            certificate.require("certificate", "privateKey");
            InputText chain = text(certificate, "certificate");
            InputText key = text(certificate, "privateKey");
            InputText password = text(certificate, "password");
            return chain == null || key == null
                    ? null
                    : (builder, values) -> builder.clientCertificate(ClientCertificate.pem(
                            chain.required(values).getBytes(StandardCharsets.UTF_8),
                            key.required(values).getBytes(StandardCharsets.UTF_8),
                            password == null ? null : password.secret(values)));
        }

        private @Nullable InputText text(JsonObjectReader object, String name) {
            List<InputText> read = new ArrayList<>(1);
            object.text(name, text -> read.add(InputText.of(text)));
            read.forEach(text -> texts.put(object.pointer() + "/" + name, text));
            return read.isEmpty() ? null : read.get(0);
        }

        /** Reads a map of texts. The probe validates a name. */
        private void textMap(String member, boolean isHeader, BiConsumer<HttpConnectionBuilder, String> probe) {
            reader.textMap(member)
                    .forEach((name, value) -> reader.attempt(member, () -> {
                        String pointer = "/" + member + "/" + JsonObjectReader.token(name);
                        try {
                            Probe.check(builder -> probe.accept(builder, name));
                            InputText text = InputText.of(value);
                            texts.put(reader.pointer() + pointer, text);
                            fields.add(new Field(name, isHeader, text));
                            json.withObject("/" + member).put(name, value);
                        } catch (InvalidDefinitionException e) {
                            throw new InvalidDefinitionException(
                                    member,
                                    e.problems().stream()
                                            .map(problem -> "/" + JsonObjectReader.token(name) + ": " + problem)
                                            .toList());
                        }
                    }));
        }

        private void duration(String name, Duration usual, BiConsumer<HttpConnectionBuilder, Duration> use) {
            reader.duration(name, duration -> {
                Probe.check(builder -> use.accept(builder, duration));
                steps.add((builder, values) -> use.accept(builder, duration));
                if (!duration.equals(usual)) {
                    json.put(name, duration.toString());
                }
            });
        }

        private void integer(String name, int usual, BiConsumer<HttpConnectionBuilder, Integer> use) {
            reader.integer(name, number -> {
                Probe.check(builder -> use.accept(builder, number));
                steps.add((builder, values) -> use.accept(builder, number));
                if (number != usual) {
                    json.put(name, number);
                }
            });
        }

        private void flag(String name, Consumer<HttpConnectionBuilder> use) {
            if (reader.isSet(name)) {
                steps.add((builder, values) -> use.accept(builder));
                json.put(name, true);
            }
        }

        private void step(String name, BiConsumer<HttpConnectionBuilder, InputValues> step) {
            reader.attempt(name, () -> Probe.check(builder -> step.accept(builder, Probe.NO_VALUES)));
            steps.add(step);
        }

        /** Keeps a member as it was written. */
        private void keep(String name) {
            json.set(
                    name,
                    Stream.ofNullable(reader.any(name))
                            .findFirst()
                            .orElseThrow()
                            .deepCopy());
        }
    }
}
