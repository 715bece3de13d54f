package io.httpconnector.spring.autoconfigure;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.scheduling.annotation.Async;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Flux;

/**
 * The result of a method that handles events. An asynchronous one is awaited: the event counts as handled when it completes, and as
 * failed when it fails.
 */
final class HandlerResult {

    private static final String CONTINUATION = "kotlin.coroutines.Continuation";
    private static final boolean HAS_REACTOR =
            ClassUtils.isPresent("reactor.core.publisher.Flux", HandlerResult.class.getClassLoader());

    private static final List<Class<?>> UNCALLED =
            List.of(Callable.class, Supplier.class, Runnable.class, BaseStream.class, Iterator.class);
    private static final Set<String> UNCALLED_NAMES = Set.of(
            "kotlin.jvm.functions.Function0",
            "kotlin.sequences.Sequence",
            "org.springframework.web.context.request.async.DeferredResult",
            "org.springframework.web.context.request.async.WebAsyncTask");

    private HandlerResult() {}

    /** Returns why the completion of a method cannot be awaited; null if it can. */
    static @Nullable String problem(Method method, boolean isExactlyOnce) {
        Class<?> type = method.getReturnType();
        for (Class<?> parameter : method.getParameterTypes()) {
            if (parameter.getName().equals(CONTINUATION)) {
                return "a suspend function cannot be awaited: use runBlocking in a function that does not suspend";
            }
        }
        boolean isAsync = AnnotatedElementUtils.hasAnnotation(method, Async.class)
                || AnnotatedElementUtils.hasAnnotation(method.getDeclaringClass(), Async.class);
        if (isAsync && !isFuture(type)) {
            return "with @Async nobody knows when the event is handled: return a CompletableFuture, or remove @Async";
        }
        if (adapter(type) == null && !isFuture(type) && Flow.Publisher.class.isAssignableFrom(type)) {
            return "a result of the type " + type.getName() + " requires Reactor: return a CompletableFuture";
        }
        if (isUncalled(type) && adapter(type) == null) {
            return "nobody would call or read the result of the type " + type.getName()
                    + ": handle the event in the method, or return a CompletableFuture";
        }
        if (hasFutures(method.getGenericReturnType(), isFuture(type) || adapter(type) != null)) {
            return "nobody would wait for the futures in the result " + method.getGenericReturnType()
                    + ": return CompletableFuture.allOf(...)";
        }
        return isExactlyOnce && (isAsync || isFuture(type) || adapter(type) != null)
                ? "exactlyOnce requires a method that handles the event in the calling thread, where the transaction is"
                : null;
    }

    /** Whether a result is work that is not done yet, and that does not report its completion. */
    private static boolean isUncalled(Class<?> type) {
        return !isFuture(type)
                && (UNCALLED.stream().anyMatch(each -> each.isAssignableFrom(type))
                        || UNCALLED_NAMES.contains(type.getName()));
    }

    /** Whether a type contains futures, besides the one that is awaited. */
    private static boolean hasFutures(Type type, boolean isAwaited) {
        if (type instanceof Class<?> plain) {
            return plain.isArray() ? hasFutures(plain.getComponentType(), false) : !isAwaited && isFuture(plain);
        }
        if (type instanceof GenericArrayType array) {
            return hasFutures(array.getGenericComponentType(), false);
        }
        if (type instanceof WildcardType wildcard) {
            return hasFutures(wildcard.getUpperBounds()[0], false);
        }
        return type instanceof ParameterizedType generic
                && (hasFutures(generic.getRawType(), isAwaited)
                        || Arrays.stream(generic.getActualTypeArguments()).anyMatch(each -> hasFutures(each, false)));
    }

    private static boolean isFuture(Class<?> type) {
        return CompletionStage.class.isAssignableFrom(type) || Future.class.isAssignableFrom(type);
    }

    private static @Nullable ReactiveAdapter adapter(Class<?> type) {
        return HAS_REACTOR && type != Object.class
                ? ReactiveAdapterRegistry.getSharedInstance().getAdapter(type)
                : null;
    }

    /**
     * Waits for an asynchronous result; returns at once for any other one.
     *
     * @throws Exception the failure of the result
     */
    static void await(@Nullable Object result) throws Exception {
        if (result == null) {
            return;
        }
        if (result instanceof CompletionStage<?> stage) {
            get(stage.toCompletableFuture());
        } else if (result instanceof Future<?> future) {
            get(future);
        } else {
            ReactiveAdapter adapter = adapter(result.getClass());
            if (isUncalled(result.getClass()) && adapter == null) {
                throw new IllegalStateException(
                        "The method returned a " + result.getClass().getName()
                                + ", which nobody calls or reads: handle the event in the method, or return a CompletableFuture");
            }
            if (adapter != null) {
                get(Flux.from(adapter.toPublisher(result)).then().toFuture());
            }
        }
    }

    private static void get(Future<?> future) throws Exception {
        try {
            var unused = future.get();
        } catch (InterruptedException e) {
            var unused = future.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }
}
