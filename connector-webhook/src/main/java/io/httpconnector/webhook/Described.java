package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Verifiers and handshakes from JSON, where secrets stand by their names. For one thread. */
record Described(Map<String, Secret> secrets, @Nullable HttpConnection connection) {

    Verifier verifier(JsonNode json) {
        Members members = new Members("verifier", json);
        String type = members.needed("type");
        members.check();
        Supplier<Verifier> made = switch (type) {
            case "preset" -> {
                String name = members.needed("name");
                Secret[] known = secrets("secrets", members);
                yield () -> Signatures.preset(name, known);
            }
            case "signature" -> signature(members);
            case "jwt" -> jwt(members);
            case "sns" -> {
                String region = members.needed("region");
                String[] topics = members.texts("topics");
                yield () -> Signatures.sns(connected(), region, topics);
            }
            case "paypal" -> {
                String webhookId = members.needed("webhookId");
                yield () -> Signatures.paypal(connected(), webhookId);
            }
            case "basic" -> {
                String user = members.needed("user");
                Secret[] passwords = secrets("passwords", members);
                yield () -> Verifiers.basic(user, passwords);
            }
            case "token" -> {
                Part place = members.neededPart("place");
                Secret[] tokens = secrets("tokens", members);
                yield () -> Verifiers.token(place, tokens);
            }
            case "addresses" -> {
                String[] ranges = members.texts("ranges");
                yield () -> Verifiers.addresses(ranges);
            }
            case "certificate" -> {
                String[] subjects = members.texts("subjects");
                yield () -> Verifiers.certificate(subjects);
            }
            case "any-of" -> {
                List<Verifier> ways = new ArrayList<>();
                members.each("verifiers", way -> ways.add(verifier(way)));
                yield () -> Verifiers.anyOf(ways.toArray(Verifier[]::new));
            }
            default ->
                throw unknown(
                        type, "preset, signature, jwt, sns, paypal, basic, token, addresses, certificate, any-of");
        };
        return members.end(made);
    }

    private Supplier<Verifier> signature(Members members) {
        JsonNode definition = members.neededObject("definition");
        Secret[] known = secrets("secrets", members);
        PublicKeys keys = publicKeys(known.length, members);
        return () -> {
            return (keys == null ? Signatures.definition(definition, known) : Signatures.definition(definition, keys))
                    .build();
        };
    }

    private Supplier<Verifier> jwt(Members members) {
        Secret[] known = secrets("secrets", members);
        PublicKeys keys = publicKeys(known.length, members);
        JwtVerifierBuilder jwt = keys == null ? Verifiers.jwt(known) : Verifiers.jwt(keys);
        members.part("place", jwt::place);
        String[] algorithms = members.texts("algorithms");
        if (algorithms.length > 0) {
            jwt.algorithms(algorithms);
        }
        members.text("issuer", jwt::issuer);
        members.text("audience", jwt::audience);
        members.entries("claims", jwt::claim);
        members.text("bodyHash", jwt::bodyHash);
        members.duration("tolerance", jwt::tolerance);
        return jwt::build;
    }

    private @Nullable PublicKeys publicKeys(int secretsToo, Members members) {
        List<PublicKeys> keys = new ArrayList<>();
        String[] fixed = members.texts("keys");
        if (fixed.length > 0) {
            keys.add(PublicKeys.fixed(fixed));
        }
        members.text("jwks", url -> keys.add(PublicKeys.jwks(connected(), url)));
        if (keys.size() + Math.min(1, secretsToo) > 1) {
            throw invalid("use one of secrets, keys and jwks");
        }
        return keys.isEmpty() ? null : keys.get(0);
    }

    Handshake handshake(JsonNode json) {
        Members members = new Members("handshake", json);
        String type = members.needed("type");
        members.check();
        Supplier<Handshake> made = switch (type) {
            case "echo" -> {
                String parameter = members.needed("parameter");
                yield () -> Handshakes.echo(parameter);
            }
            case "meta" -> {
                Secret token = needed("verifyToken", members);
                yield () -> Handshakes.meta(token);
            }
            case "microsoft-graph" -> Handshakes::microsoftGraph;
            case "slack" -> Handshakes::slack;
            case "zoom" -> {
                Secret secret = needed("secret", members);
                yield () -> Handshakes.zoom(secret);
            }
            case "discord" -> Handshakes::discord;
            case "cloud-events" -> {
                String[] origins = members.texts("origins");
                yield () -> Handshakes.cloudEvents(origins);
            }
            case "sns" -> {
                String region = members.needed("region");
                yield () -> Handshakes.sns(connected(), region);
            }
            case "probes" -> Handshakes::probes;
            case "asana" ->
                throw invalid(
                        "type: asana hands over a secret, which needs code: use handshake(Handshakes.asana(...))");
            default ->
                throw unknown(type, "echo, meta, microsoft-graph, slack, zoom, discord, cloud-events, sns, probes");
        };
        return members.end(made);
    }

    private Secret[] secrets(String name, Members members) {
        Map<String, Secret> found = new LinkedHashMap<>();
        members.each(name, reference -> found.put(reference.asText(), secret(reference.asText())));
        return found.values().toArray(Secret[]::new);
    }

    private Secret needed(String member, Members members) {
        String name = members.needed(member);
        members.check();
        return secret(name);
    }

    private Secret secret(String name) {
        Secret secret = secrets.get(name);
        if (secret == null) {
            throw invalid("there is no secret \"" + Texts.visible(name) + "\", but " + new TreeSet<>(secrets.keySet()));
        }
        return secret;
    }

    private HttpConnection connected() {
        if (connection == null) {
            throw invalid("it fetches something: use connection(...) too");
        }
        return connection;
    }

    private static InvalidDefinitionException unknown(String type, String known) {
        return invalid("type: \"" + Texts.visible(type) + "\" is unknown, use one of " + known);
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("definition", List.of(problem));
    }
}
