"""What the weaker levels leave open: the one list, by the attacks' names.

Guarded was tried as root without Landlock; self-check as an ordinary user with limits alone, which is what
a system without the other layers has.
"""

GUARDED = """
open_answers os_open_answers walk_disk mmap_answers linecache_answers numpy_answers memmap_answers
libc_answers root_link_answers dotdot_answers import_answers shared_memory read_grader passwd
import_reference run_reference exec_reference parent_cmdline
"""

SELF_CHECK = """
new_file create_empty empty_file numpy_save numpy_map logging database shared_folder var_folder
fill_disk write_program remove remove_tree rename make_folder symbolic_link hard_link named_pipe
named_socket shorten chmod touch attribute tcp udp abstract_socket path_socket pass_descriptor http
asyncio listen ipv6 netlink socket_pair raw_syscall_socket io_uring user_namespace memory_file
file_events other_personality timer message_queue semaphores key page_faults move_root own_filter
advise_other umask change_folder lock_memory epoll event pipe splice exec_program exec_python exec_at
kill_parent stop_parent interrupt_parent kill_group kill_everyone kill_thread tkill queue_signal
pidfd_signal signal_by_pipe limit_parent slow_parent pin_parent schedule_parent outlive_parent
open_itself trace_itself open_answers os_open_answers walk_disk mmap_answers linecache_answers
numpy_answers memmap_answers libc_answers openat2_answers root_link_answers dotdot_answers
symlink_answers import_answers shared_memory read_grader passwd import_reference run_reference
exec_reference parent_cmdline system_v_memory session_keyring
"""

OPEN = {"guarded": set(GUARDED.split()), "self-check": set(SELF_CHECK.split())}
