package io.httpconnector.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.inbox.Inbox;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Null arguments, and lists that are null or contain null, are rejected with a message unless they are harmless. */
class NullTest {

    private static final List<Class<?>> FACTORIES = List.of(
            Signatures.class,
            Verifiers.class,
            Handshakes.class,
            PublicKeys.class,
            ValueSelector.class,
            Inbox.class,
            WebhookSigner.class,
            WebhookRouter.class,
            WebhookRequest.class,
            WebhookResponse.class,
            WebhookEndpoint.class,
            WebhookEvent.class);

    private final Map<Class<?>, Object> samples = new HashMap<>();
    private final List<String> bare = new ArrayList<>();
    private int calls;

    NullTest() throws Exception {
        samples.put(String.class, "a");
        samples.put(int.class, 1);
        samples.put(long.class, 1L << 20);
        samples.put(byte[].class, new byte[] {1});
        samples.put(Secret.class, Secret.of("0123456789abcdef0123456789abcdef"));
        samples.put(Duration.class, Duration.ofSeconds(5));
        samples.put(Instant.class, Instant.EPOCH);
        samples.put(TimeSource.class, TimeSource.SYSTEM);
        samples.put(ValueSelector.class, ValueSelector.header("X"));
        samples.put(Map.class, Map.of("a", List.of("b")));
        samples.put(StateStore.class, StateStore.inMemory());
        samples.put(PublicKeys.class, (PublicKeys) request -> List.of());
        samples.put(Verifier.class, (Verifier) (request, now) -> VerificationResult.accepted());
        samples.put(WebhookHandler.class, (WebhookHandler) event -> {});
        samples.put(WebhookResponse.class, WebhookResponse.of(200));
        samples.put(WebhookRequest.class, WebhookRequest.of("POST", "/", "", Map.of(), null));
        samples.put(WebhookEndpoint.class, (WebhookEndpoint) request -> WebhookResponse.of(200));
        samples.put(
                SignatureBuilder.class,
                Signatures.hmac("HmacSHA256", Secret.of("x")).signature(ValueSelector.header("X")));
        samples.put(
                JsonNode.class, Signatures.hmac("HmacSHA256", Secret.of("x")).toJson());
        samples.put(Consumer.class, (Consumer<Secret>) secret -> {});
        samples.put(Supplier.class, (Supplier<String>) () -> "x");
        samples.put(Predicate.class, (Predicate<ValueSelector>) part -> true);
        samples.put(UnaryOperator.class, UnaryOperator.identity());
        samples.put(Handshake.class, Handshakes.probes());
        samples.put(
                PrivateKey.class,
                KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate());
        samples.put(
                HttpConnection.class,
                HttpConnection.named("x").baseUrl("https://example.com").build());
    }

    @Test
    void nullArgumentsAreRejectedWithAMessage() {
        for (Class<?> type : FACTORIES) {
            for (Method method : type.getMethods()) {
                if (Modifier.isStatic(method.getModifiers())) {
                    tryNulls(method, () -> null);
                }
            }
        }
        eachMethod(ValueSelector.class, () -> ValueSelector.header("X"));
        eachMethod(WebhookResponse.class, () -> WebhookResponse.of(200));
        eachMethod(WebhookRequest.class, () -> WebhookRequest.of("POST", "/", "", Map.of(), null));
        eachMethod(WebhookRouter.class, () -> WebhookRouter.at("https://example.com"));
        eachMethod(WebhookSigner.class, () -> WebhookSigner.preset("github", Secret.of("x")));
        eachMethod(
                WebhookReceiverBuilder.class,
                () -> WebhookReceiver.named("a").unverified().handler(event -> {}));
        eachMethod(
                WebhookReceiver.class,
                () -> WebhookReceiver.named("a")
                        .unverified()
                        .handler(event -> {})
                        .build());
        eachMethod(
                SignatureBuilder.class,
                () -> Signatures.hmac("HmacSHA256", Secret.of("x")).signature(ValueSelector.header("X")));
        eachMethod(JwtVerifierBuilder.class, () -> Verifiers.jwt(Secret.of("0123456789abcdef0123456789abcdef")));

        assertThat(bare).isEmpty();
        assertThat(calls).isGreaterThan(150);
    }

    private void eachMethod(Class<?> type, Supplier<Object> target) {
        // The superclass of a builder declares some of its methods.
        List<Method> methods = new ArrayList<>(List.of(type.getDeclaredMethods()));
        if (type.getSuperclass() != null && type.getSuperclass() != Object.class) {
            methods.addAll(List.of(type.getSuperclass().getDeclaredMethods()));
        }
        for (Method method : methods) {
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
        try {
            Object result = method.invoke(target, arguments);
            if (result instanceof WebhookReceiverBuilder builder) {
                builder.build().close();
            } else if (result instanceof SignatureBuilder builder) {
                builder.build();
            } else if (result instanceof JwtVerifierBuilder builder) {
                builder.build();
            }
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof InvalidDefinitionException)) {
                bare.add(method.getDeclaringClass().getSimpleName() + "." + method.getName() + ": " + e.getCause());
            }
        } catch (InvalidDefinitionException e) {
            // Expected.
        } catch (ReflectiveOperationException | RuntimeException e) {
            bare.add(method.getDeclaringClass().getSimpleName() + "." + method.getName() + ": " + e);
        }
    }
}
