package io.httpconnector.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.AuthStrategy;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.DeviceFlow;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Null arguments, and arrays that contain null, are rejected with a message unless they are harmless. */
class NullTest {

    private static final List<Class<?>> FACTORIES = List.of(
            BasicAuth.class,
            DigestAuth.class,
            AwsAuth.class,
            HmacAuth.class,
            SignatureAuth.class,
            JwtAuth.class,
            JwtKey.class,
            OAuth1Auth.class,
            CustomAuth.class,
            CombinedAuth.class,
            LoginAuth.class,
            AuthDefinition.class,
            OAuth2.class,
            TokenStore.class,
            TokenEncryption.class,
            DeviceFlow.class,
            AuthorizationCodeFlow.class);

    private final Map<Class<?>, Object> samples = new HashMap<>();
    private final List<String> bare = new ArrayList<>();
    private int calls;

    NullTest(@TempDir Path directory) throws Exception {
        PrivateKey key = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate();
        samples.put(String.class, "a");
        samples.put(boolean.class, true);
        samples.put(int.class, 1);
        samples.put(long.class, 1L);
        samples.put(byte[].class, new byte[32]);
        samples.put(Path.class, directory);
        samples.put(URI.class, URI.create("https://example.com"));
        samples.put(Secret.class, Secret.of("0123456789abcdef0123456789abcdef"));
        samples.put(Duration.class, Duration.ofSeconds(5));
        samples.put(Instant.class, Instant.EPOCH);
        samples.put(TimeSource.class, TimeSource.SYSTEM);
        samples.put(PrivateKey.class, key);
        samples.put(JwtKey.class, JwtKey.rs256(key));
        samples.put(Map.class, Map.of("a", "b"));
        samples.put(List.class, List.of("a"));
        samples.put(Set.class, Set.of("a"));
        samples.put(JsonNode.class, JsonNodeFactory.instance.objectNode().put("type", "basic"));
        samples.put(AuthStrategy.class, AuthStrategy.none());
        samples.put(Request.class, Request.get("https://example.com/"));
        samples.put(Consumer.class, (Consumer<Object>) value -> {});
        samples.put(Supplier.class, (Supplier<Object>) () -> "x");
        samples.put(Function.class, (Function<Object, Object>) value -> value);
        samples.put(UnaryOperator.class, UnaryOperator.identity());
        samples.put(Optional.class, Optional.empty());
        samples.put(TokenStore.class, TokenStore.inMemory());
        samples.put(
                TokenEncryption.class,
                TokenEncryption.aesGcm(Secret.of(Base64.getEncoder().encodeToString(new byte[32]))));
        samples.put(
                HttpConnection.class,
                HttpConnection.named("x").baseUrl("https://example.com").build());
    }

    @Test
    void nullArgumentsAreRejectedWithAMessage() {
        for (Class<?> type : FACTORIES) {
            for (Method method : type.getDeclaredMethods()) {
                if (Modifier.isPublic(method.getModifiers()) && Modifier.isStatic(method.getModifiers())) {
                    tryNulls(method, () -> null);
                }
            }
        }
        eachMethod(OAuth2Builder.class, OAuth2::clientCredentials);
        eachMethod(OAuth2Builder.class, OAuth2::authorizationCode);
        eachMethod(LoginAuthBuilder.class, () -> LoginAuth.by(Request.post("/login")));
        eachMethod(JwtKey.class, () -> JwtKey.hs256(Secret.of("0123456789abcdef0123456789abcdef")));

        assertThat(bare).isEmpty();
        assertThat(calls).isGreaterThan(100);
    }

    private void eachMethod(Class<?> type, Supplier<Object> target) {
        for (Method method : type.getDeclaredMethods()) {
            boolean own = Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers());
            if (own && !method.getName().equals("equals") && !method.isSynthetic()) {
                tryNulls(method, target);
            }
        }
    }

    private void tryNulls(Method method, Supplier<Object> target) {
        Class<?>[] types = method.getParameterTypes();
        for (int i = 0; i < types.length; i++) {
            if (!types[i].isPrimitive()) {
                call(method, target.get(), arguments(types, i, null));
                if (types[i].isArray() && !types[i].getComponentType().isPrimitive()) {
                    call(method, target.get(), arguments(types, i, Array.newInstance(types[i].getComponentType(), 1)));
                }
            }
        }
    }

    private Object[] arguments(Class<?>[] types, int index, Object value) {
        Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            arguments[i] = i == index ? value : sample(types[i]);
        }
        return arguments;
    }

    private Object sample(Class<?> type) {
        if (type.isArray() && !samples.containsKey(type)) {
            Object array = Array.newInstance(type.getComponentType(), 1);
            Array.set(array, 0, sample(type.getComponentType()));
            return array;
        }
        return samples.get(type);
    }

    private void call(Method method, Object target, Object[] arguments) {
        calls++;
        String name = method.getDeclaringClass().getSimpleName() + "." + method.getName();
        try {
            Object result = method.invoke(target, arguments);
            if (result instanceof OAuth2Builder builder) {
                builder.build().close();
            } else if (result instanceof LoginAuthBuilder builder) {
                builder.build().close();
            }
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof ConnectorException)) {
                bare.add(name + ": " + e.getCause());
            }
        } catch (ConnectorException e) {
            // Expected.
        } catch (ReflectiveOperationException | RuntimeException e) {
            bare.add(name + ": " + e);
        }
    }
}
