package io.httpconnector.testing.junit;

import io.httpconnector.testing.recording.Recording;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/** Starts the recordings of tests, injects them, and closes them after the tests. */
final class RecordedExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(RecordedExtension.class);

    /** Called by JUnit. */
    RecordedExtension() {}

    @Override
    public void beforeAll(ExtensionContext context) throws IllegalAccessException {
        inject(context, context.getRequiredTestClass(), null);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IllegalAccessException {
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            inject(context, instance.getClass(), instance);
        }
    }

    /** Sets the static fields of a class, or the fields of an instance. */
    private static void inject(ExtensionContext context, Class<?> type, @Nullable Object instance)
            throws IllegalAccessException {
        List<Field> fields = AnnotationSupport.findAnnotatedFields(
                type,
                Recorded.class,
                field -> Modifier.isStatic(field.getModifiers()) == (instance == null),
                HierarchyTraversalMode.TOP_DOWN);
        for (Field field : fields) {
            if (field.getType() != Recording.class || Modifier.isFinal(field.getModifiers())) {
                throw new ExtensionConfigurationException(
                        "@Recorded " + field + ": the field must have the type Recording, and must not be final");
            }
            Recorded recorded =
                    AnnotationSupport.findAnnotation(field, Recorded.class).orElseThrow();
            field.setAccessible(true);
            field.set(instance, recordings(context).start(recorded, context, "field " + field.getName()));
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Recording.class
                && annotation(parameter, context).isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Executable declaring = parameter.getDeclaringExecutable();
        if (!(declaring instanceof Method)) {
            throw new ExtensionConfigurationException("@Recorded: a constructor of "
                    + declaring.getDeclaringClass().getSimpleName()
                    + " has a parameter of type Recording: use a parameter of the test method or a field");
        }
        Recorded recorded = annotation(parameter, context).orElseThrow();
        String owner = parameter.isAnnotated(Recorded.class)
                ? "parameter " + parameter.getIndex() + " of " + declaring.getName()
                : "";
        return recordings(context).start(recorded, context, owner);
    }

    /** Returns the annotation of the parameter, or else that of the method, or else that of the class. */
    private static Optional<Recorded> annotation(ParameterContext parameter, ExtensionContext context) {
        return parameter
                .findAnnotation(Recorded.class)
                .or(() -> AnnotationSupport.findAnnotation(parameter.getDeclaringExecutable(), Recorded.class))
                .or(() -> context.getTestMethod()
                        .flatMap(method -> AnnotationSupport.findAnnotation(method, Recorded.class)))
                .or(() -> AnnotationSupport.findAnnotation(context.getRequiredTestClass(), Recorded.class));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        boolean isUnused = context.getExecutionException().isEmpty()
                && recordings(context).isEmpty()
                && AnnotationSupport.isAnnotated(context.getTestMethod(), Recorded.class);
        close(context);
        if (isUnused) {
            throw new ExtensionConfigurationException("@Recorded "
                    + context.getTestMethod().map(Method::getName).orElse("")
                    + ": the test has no recording: add a parameter of type Recording");
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close(context);
    }

    private static void close(ExtensionContext context) {
        Throwable failure = context.getExecutionException().orElse(null);
        if (failure != null) {
            // The recording of the class lacks what the failed test has not sent.
            context.getParent().ifPresent(parent -> recordings(parent).fail());
        }
        recordings(context).close(failure);
    }

    /** Returns the recordings of a test or, for a context of a class, those of its static fields. */
    private static StartedRecordings recordings(ExtensionContext context) {
        ExtensionContext.Store store = context.getStore(NAMESPACE);
        String key = context.getUniqueId();
        StartedRecordings recordings = store.get(key, StartedRecordings.class);
        if (recordings == null) {
            recordings = new StartedRecordings();
            store.put(key, recordings);
        }
        return recordings;
    }
}
