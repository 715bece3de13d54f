package io.httpconnector.spring.autoconfigure;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.definition.Connector;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.trigger.BatchHandler;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookRequest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ReflectionUtils;

/** A method of a bean that handles events. The bean is created with the first event, if it does not exist yet. */
final class TriggerMethod {

    /** The types of the library that an event can be passed as. */
    private static final Set<Class<?>> OF_EVENT = Set.of(TriggerEvent.class, WebhookEvent.class);

    /** Other types of the library, which no payload has. */
    private static final Set<Class<?>> NO_PAYLOADS =
            Set.of(Request.class, Response.class, WebhookRequest.class, DeadLetter.class);

    private final ConnectorTrigger annotation;
    private final Method method;
    private final Supplier<Object> bean;
    private final List<Argument> arguments = new ArrayList<>();
    private final boolean isBatch;
    private final String connection;
    private final String trigger;
    private @Nullable TransactionalHandlers transactions;

    /** Makes one argument from the events of a call and their connector. */
    @FunctionalInterface
    private interface Argument {
        @Nullable Object of(List<TriggerEvent> events, Connector connector) throws Exception;
    }

    private TriggerMethod(
            ConnectorTrigger annotation,
            Method method,
            Class<?> beanType,
            Supplier<Object> bean,
            Response.JsonMapping mapping) {
        this.annotation = annotation;
        this.method = method;
        this.bean = bean;
        int slash = annotation.value().lastIndexOf('/');
        this.connection =
                slash < 0 ? annotation.connection() : annotation.value().substring(0, slash);
        this.trigger = annotation.value().substring(slash + 1);
        if (slash >= 0 && !annotation.connection().isEmpty()) {
            throw invalid("\"" + annotation.value() + "\" already names a connection: remove connection, or the part"
                    + " before the slash");
        }
        // A method of a generic class has the types of the class that extends it.
        Type[] types = Arrays.stream(method.getGenericParameterTypes())
                .map(type -> type instanceof TypeVariable<?> variable
                        ? GenericTypeResolver.getTypeVariableMap(beanType).getOrDefault(variable, variable)
                        : GenericTypeResolver.resolveType(type, beanType))
                .toArray(Type[]::new);
        List<Type> ofEvent = Arrays.stream(types)
                .filter(type -> type != Connector.class && type != HttpConnection.class)
                .toList();
        this.isBatch = ofEvent.size() == 1 && element(ofEvent.get(0)) != null;
        String problem = HandlerResult.problem(method, annotation.exactlyOnce());
        if (problem != null) {
            throw invalid(problem);
        }
        if (ofEvent.isEmpty()
                || ofEvent.size() > 2
                || (ofEvent.size() == 2 && ofEvent.stream().noneMatch(OF_EVENT::contains))
                || ofEvent.stream().distinct().count() < ofEvent.size()) {
            throw invalid("its parameters are " + Arrays.toString(types)
                    + ": use the event, or its payload, or both, or a List of one of them");
        }
        for (Type type : ofEvent) {
            if (!isBatch && isSeveral(type)) {
                throw invalid("the type of its parameter is " + type.getTypeName()
                        + ": use a List with the type of its elements, such as List<TriggerEvent>, and no further"
                        + " parameter for the event");
            }
        }
        for (Type type : ofEvent) {
            Type single = isBatch ? Objects.requireNonNull(element(type)) : type;
            if (single instanceof Class<?> own && NO_PAYLOADS.contains(own)) {
                throw invalid("its parameter is a " + own.getSimpleName()
                        + ", which is no payload: use a TriggerEvent, or" + " for a webhook a WebhookEvent");
            }
            if (single instanceof TypeVariable<?>) {
                throw invalid("the type of its parameter is not known: give the class that extends "
                        + method.getDeclaringClass().getSimpleName() + " a type argument");
            }
        }
        boolean hasMaxBatch = !Integer.valueOf(annotation.maxBatch())
                .equals(AnnotationUtils.getDefaultValue(ConnectorTrigger.class, "maxBatch"));
        if (hasMaxBatch && !isBatch) {
            throw invalid("maxBatch requires a parameter for batches, such as List<TriggerEvent>: add it, or remove"
                    + " maxBatch");
        }
        for (Type type : types) {
            arguments.add(argument(type, mapping));
        }
    }

    /** Whether a type is for several events, but not as a parameter for batches. */
    private static boolean isSeveral(Type type) {
        Type raw = type instanceof ParameterizedType generic ? generic.getRawType() : type;
        return raw == Iterable.class
                || (raw instanceof Class<?> several
                        && (Collection.class.isAssignableFrom(several)
                                || BaseStream.class.isAssignableFrom(several)
                                || several == TriggerEvent[].class
                                || several == WebhookEvent[].class))
                || (type instanceof ParameterizedType wrapped
                        && Arrays.stream(wrapped.getActualTypeArguments()).anyMatch(OF_EVENT::contains));
    }

    /** Finds the methods of all beans, without creating the beans. Adds the problems of those that cannot be called. */
    static List<TriggerMethod> find(
            ConfigurableListableBeanFactory factory, Response.JsonMapping mapping, List<String> problems) {
        List<TriggerMethod> found = new ArrayList<>();
        for (String name : factory.getBeanNamesForType(Object.class, true, false)) {
            Class<?> type =
                    ScopedProxyUtils.isScopedTarget(name) ? null : AutoProxyUtils.determineTargetClass(factory, name);
            if (type != null && AnnotationUtils.isCandidateClass(type, ConnectorTrigger.class)) {
                Map<Method, ConnectorTrigger> methods =
                        MethodIntrospector.selectMethods(type, (MethodIntrospector.MetadataLookup<ConnectorTrigger>)
                                method -> AnnotatedElementUtils.findMergedAnnotation(method, ConnectorTrigger.class));
                methods.forEach((method, annotation) -> {
                    try {
                        check(factory, name, method);
                        found.add(new TriggerMethod(annotation, method, type, () -> factory.getBean(name), mapping));
                    } catch (InvalidDefinitionException e) {
                        problems.addAll(e.problems());
                    }
                });
            }
        }
        return found;
    }

    private static void check(ConfigurableListableBeanFactory factory, String bean, Method method) {
        String problem = HandlerBean.problem(factory, bean, method);
        if (problem != null) {
            throw invalid(method, problem);
        }
    }

    /** Returns the type of the elements of a list; null if it is no list. */
    private static @Nullable Type element(Type type) {
        if (!(type instanceof ParameterizedType list) || list.getRawType() != List.class) {
            return null;
        }
        Type element = list.getActualTypeArguments()[0];
        return element instanceof WildcardType wildcard ? wildcard.getUpperBounds()[0] : element;
    }

    private Argument argument(Type type, Response.JsonMapping mapping) {
        if (type == Connector.class) {
            return (events, connector) -> connector;
        }
        if (type == HttpConnection.class) {
            return (events, connector) -> connector.connection();
        }
        Type element = isBatch ? element(type) : null;
        if (element == null) {
            return (events, connector) -> value(events.get(0), type, mapping);
        }
        return (events, connector) -> {
            List<@Nullable Object> values = new ArrayList<>();
            for (TriggerEvent event : events) {
                values.add(value(event, element, mapping));
            }
            return values;
        };
    }

    private static @Nullable Object value(TriggerEvent event, Type type, Response.JsonMapping mapping)
            throws Exception {
        if (type == TriggerEvent.class) {
            return event;
        }
        if (type == JsonNode.class) {
            return event.payload();
        }
        if (type == WebhookEvent.class) {
            return WebhookEvent.of(event);
        }
        if (event.payload().isMissingNode()) {
            return null;
        }
        try {
            return mapping.read(JsonSupport.write(event.payload()), type);
        } catch (Exception e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new IllegalArgumentException(
                    "The payload of " + event + " does not match " + type.getTypeName() + ": " + reason, e);
        }
    }

    String trigger() {
        return trigger;
    }

    /** Whether the method handles the events of a connection or connector. */
    boolean handles(String name) {
        return connection.isEmpty() || connection.equals(name);
    }

    /** Returns the connection, or the connector of the registry, that the annotation names; empty if it is for all. */
    String connection() {
        return connection;
    }

    /** Whether the method needs the event of a webhook. */
    boolean isForWebhook() {
        return Arrays.stream(method.getGenericParameterTypes())
                .anyMatch(type -> type == WebhookEvent.class || (isBatch && element(type) == WebhookEvent.class));
    }

    boolean isBatch() {
        return isBatch;
    }

    int maxBatch() {
        return annotation.maxBatch();
    }

    boolean isExactlyOnce() {
        return annotation.exactlyOnce();
    }

    /** Sets how events are handled exactly once; null if the application has no database. */
    void transactions(@Nullable TransactionalHandlers handlers) {
        if (handlers == null) {
            throw invalid("exactlyOnce requires the dependency connector-jdbc, a single DataSource, a transaction"
                    + " manager, and the stores of the database: connectors.store.type must not be file");
        }
        this.transactions = handlers;
    }

    /** Returns a handler of single events. */
    EventHandler handler(Connector connector) {
        EventHandler plain = event -> handle(List.of(event), connector);
        return transactions == null ? plain : transactions.event(plain);
    }

    /** Returns a handler of batches. */
    BatchHandler batchHandler(Connector connector) {
        BatchHandler plain = events -> handle(events, connector);
        return transactions == null ? plain : transactions.batch(plain);
    }

    private void handle(List<TriggerEvent> events, Connector connector) throws Exception {
        Object target = bean.get();
        Method invocable = AopUtils.selectInvocableMethod(method, target.getClass());
        ReflectionUtils.makeAccessible(invocable);
        @Nullable Object[] values = new @Nullable Object[arguments.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = arguments.get(i).of(events, connector);
        }
        try {
            HandlerResult.await(invocable.invoke(target, values));
        } catch (InvocationTargetException e) {
            if (e.getTargetException() instanceof Exception failure) {
                throw failure;
            }
            if (e.getTargetException() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }

    InvalidDefinitionException invalid(String problem) {
        return invalid(method, problem);
    }

    private static InvalidDefinitionException invalid(Method method, String problem) {
        return new InvalidDefinitionException("method with @ConnectorTrigger", name(method) + ": " + problem);
    }

    private static String name(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName() + "()";
    }

    /** Returns the class and the name of the method. */
    @Override
    public String toString() {
        return name(method);
    }
}
